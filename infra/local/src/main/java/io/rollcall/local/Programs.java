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

    /** In the words of {@code nice}: before all others. */
    private static final int PRECEDENCE = -20;

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
     * The command with precedence over the other processes of this machine when its processors are full, as far as we may
     * give it: only root may. For the one that all others wait for. To be started by {@link #ownSession}.
     */
    static List<String> beforeOthers(List<String> command) {
        // Where Linux weighs sessions and not processes, the first of them counts; elsewhere the second.
        String ofSession = find("setsid").isPresent() ? "echo " + PRECEDENCE + " >/proc/self/autogroup; " : "";
        var prefixed = new ArrayList<>(List.of(
                "sh",
                "-c",
                "{ " + ofSession + "renice -n " + PRECEDENCE + " -p $$; } >/dev/null 2>&1; exec \"$0\" \"$@\""));
        prefixed.addAll(command);
        return prefixed;
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
