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
 * waits for do not. On a full machine it comes after them. Those of a process's compiler threads that are added later
 * have the niceness of the one that added them.
 */
final class SecondCompiler {

    /** As Linux cuts it off. */
    private static final String NAME = "C2 CompilerThre";

    /** In the words of {@code nice}, a third of the weight of a thread at 0; whoever may start us may give that. */
    private static final String BEHIND_OTHERS = "5";

    private SecondCompiler() {}

    /** False where the process has none (yet): it starts, it is not Java, it does without, or this is not Linux. */
    static boolean stepBack(Process process) {
        List<String> threads = threadsOf(process);
        Optional<Path> renice = Programs.find("renice");
        if (threads.isEmpty() || renice.isEmpty()) {
            return false;
        }
        var command = new ArrayList<>(List.of(renice.get().toString(), BEHIND_OTHERS, "-p"));
        command.addAll(threads);
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException e) {
            // It works as well, only slower for others.
            return false;
        }
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
