package io.rollcall.local;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code down}: ends what a launcher of this data folder started, also when the launcher itself is gone. */
@Command(
        name = "down",
        description = "Stops the stack, and what is left of one whose launcher was killed.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {

    /** The launcher stops four groups one after the other, each with its own patience. */
    private static final Duration LAUNCHER_STOPS_WITHIN = Duration.ofMinutes(2);

    private static final Duration PART_STOPS_WITHIN = Duration.ofSeconds(30);

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Override
    public Integer call() throws IOException {
        DataFolder data = rollcall.data();
        Optional<RunFile> found = RunFile.read(data);
        if (found.isEmpty()) {
            System.out.println("Nothing runs on the data in " + data.root() + ".");
            return 0;
        }
        RunFile run = found.get();
        Instant begin = Instant.now();
        Optional<ProcessHandle> launcher = run.launcher().alive();
        if (launcher.isPresent()) {
            System.out.println(
                    "Stopping; the launcher is process " + launcher.get().pid() + ".");
            Stopping.stop(launcher.get(), LAUNCHER_STOPS_WITHIN);
        } else {
            System.out.println("The launcher is gone; stopping what it had started.");
        }
        // What it started last, while it was being stopped, is in the file as it is now.
        stopRest(RunFile.read(data).map(RunFile::survivors).orElse(List.of()));
        stopRest(run.survivors());
        RunFile.delete(data);
        System.out.println("Stopped in " + Console.seconds(Duration.between(begin, Instant.now())) + ".");
        return 0;
    }

    private static void stopRest(List<RunFile.Entry> survivors) {
        for (List<String> together : Parts.STOPPING_ORDER) {
            List<Thread> stopping = survivors.stream()
                    .filter(entry -> together.contains(entry.name()))
                    .map(entry -> Thread.ofVirtual().start(() -> stop(entry)))
                    .toList();
            for (Thread thread : stopping) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static void stop(RunFile.Entry entry) {
        entry.alive().ifPresent(process -> {
            boolean orderly = Stopping.stop(process, PART_STOPS_WITHIN);
            System.out.printf("  %-16s %s (process %d)%n", entry.name(), orderly ? "stopped" : "killed", process.pid());
        });
    }
}
