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
     * The command with precedence over the other threads of our session (over all of this machine, where Linux does not
     * weigh sessions) when its processors are full, as far as we may give it: only root may. For the one that all others
     * wait for.
     */
    static List<String> beforeOthers(List<String> command) {
        return after("renice -n " + PRECEDENCE + " -p $$ >/dev/null 2>&1", command);
    }

    /**
     * The command deaf to the terminal, whose Ctrl-C, Ctrl-Z and end are for us: we stop our processes ourselves, in
     * order. They stay in our session, since Linux, where it weighs sessions against each other, looks at the precedence
     * of a process only within its own. For programs that do not listen to a signal they were told to ignore, as Java.
     */
    static List<String> deafToTerminal(List<String> command) {
        return after("trap '' INT HUP TSTP", command);
    }

    /** The same for programs that listen nevertheless, in a session of their own where there can be one. */
    static List<String> ownSession(List<String> command) {
        if (find("setsid").isEmpty()) {
            return deafToTerminal(command);
        }
        var prefixed = new ArrayList<>(List.of("setsid"));
        prefixed.addAll(command);
        return prefixed;
    }

    /** The same process does something first, then becomes the command. */
    private static List<String> after(String first, List<String> command) {
        var prefixed = new ArrayList<>(List.of("sh", "-c", first + "; exec \"$0\" \"$@\""));
        prefixed.addAll(command);
        return prefixed;
    }
}
