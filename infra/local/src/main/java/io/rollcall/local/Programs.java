package io.rollcall.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What else is installed on this machine. */
public final class Programs {

    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    private Programs() {}

    /** The first program of this name on the PATH. */
    public static Optional<Path> find(String name) {
        return List.of(SEPARATOR.split(System.getenv().getOrDefault("PATH", ""), 0)).stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * The command as the start of a session of its own: the terminal's Ctrl-C goes to all processes of a session at
     * once, but ours are stopped by us, in order.
     */
    static List<String> ownSession(List<String> command) {
        var prefixed = new ArrayList<String>();
        if (find("setsid").isPresent()) {
            prefixed.add("setsid");
        } else {
            prefixed.addAll(List.of("sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
        }
        prefixed.addAll(command);
        return prefixed;
    }
}
