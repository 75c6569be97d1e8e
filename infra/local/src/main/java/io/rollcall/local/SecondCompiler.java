package io.rollcall.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Java's second compiler makes code quicker that runs already; where it has a processor for seconds, those whom somebody
 * waits for do not. On a full machine it comes after them.
 */
final class SecondCompiler {

    /** As Linux cuts it off. */
    private static final String NAME = "C2 CompilerThre";

    /** In the words of {@code nice}, a third of the weight of our other threads; whoever may start us may give that. */
    private static final int BEHIND_OTHERS = 5;

    private static final int LAST = 19;

    private SecondCompiler() {}

    /** Puts it behind; how many threads it has: 0 as long as a process starts, is not Java, or where this is not Linux. */
    static int stepBack(Process process) {
        List<String> threads = threadsOf(process);
        Optional<Path> renice = Programs.find("renice");
        if (threads.isEmpty() || renice.isEmpty()) {
            return 0;
        }
        try {
            int niceness = Math.min(LAST, niceness(Path.of("/proc/thread-self")) + BEHIND_OTHERS);
            var command = new ArrayList<>(List.of(renice.get().toString(), Integer.toString(niceness), "-p"));
            command.addAll(threads);
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            // It works as well, only slower for others.
        }
        return threads.size();
    }

    /** Of a thread, by its folder; see proc_pid_stat(5). */
    static int niceness(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        // The name before may hold spaces and brackets.
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }

    private static List<String> threadsOf(Process process) {
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        try (Stream<Path> all = Files.list(tasks)) {
            return all.filter(task -> named(task.resolve("comm")))
                    .map(task -> task.getFileName().toString())
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            // Not Linux, or it has just ended.
            return List.of();
        }
    }

    private static boolean named(Path comm) {
        try {
            return Files.readString(comm).strip().equals(NAME);
        } catch (IOException e) {
            return false;
        }
    }
}
