package io.rollcall.local;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code status}: what runs, whether it is ready, and what it takes of the machine. */
@Command(
        name = "status",
        description = {
            "Shows each process: whether it is ready, its memory, and how much of one core it uses.",
            "Its own status is 0 when everything is ready, 1 when something is not, 3 when nothing runs."
        },
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final int NOT_READY = 1;
    private static final int NOTHING_RUNS = 3;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Option(
            names = "--over",
            paramLabel = "SECONDS",
            description = "How long to look at the use of the processor (default: ${DEFAULT-VALUE}).")
    private double over = 2;

    private record Line(
            String name,
            ProcessHandle process,
            Instant since,
            int restarts,
            @Nullable String problem) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        DataFolder data = rollcall.data();
        Optional<RunFile> found = RunFile.read(data);
        if (found.isEmpty()) {
            System.out.println("Nothing runs on the data in " + data.root() + ".");
            return NOTHING_RUNS;
        }
        RunFile run = found.get();
        boolean ready = true;
        List<Line> lines = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        Optional<ProcessHandle> launcher = run.launcher().alive();
        for (RunFile.Entry entry : run.parts()) {
            Optional<ProcessHandle> process = entry.alive();
            if (process.isEmpty()) {
                gone.add(
                        entry.name() + (entry.givenUp() ? ": died too often, not started again" : ": not running now"));
                continue;
            }
            String problem = switch (Probe.ask(entry.readiness())) {
                case Probe.Answer.Ready() -> null;
                case Probe.Answer.NotReady(String reason) -> reason;
            };
            ready &= problem == null;
            lines.add(line(entry.name(), process.get(), entry.startedAt(), entry.restarts(), problem));
        }
        launcher.ifPresent(process -> lines.add(line("launcher", process, run.startedAt(), 0, null)));
        print(lines);
        gone.forEach(System.out::println);
        if (launcher.isEmpty()) {
            System.out.println(
                    "The launcher was killed: nothing is started again, and ./rollcall down stops the rest.");
        }
        return ready && gone.isEmpty() && launcher.isPresent() ? 0 : NOT_READY;
    }

    private static Line line(
            String name, ProcessHandle process, Instant since, int restarts, @Nullable String problem) {
        return new Line(name, process, since, restarts, problem);
    }

    private void print(List<Line> lines) throws InterruptedException {
        // The asking above has cost the processes something, too: look from here on.
        List<Usage> before =
                lines.stream().map(line -> Usage.of(line.process())).toList();
        long begin = System.nanoTime();
        Thread.sleep(Duration.ofMillis((long) (over * 1000)));
        double nanos = System.nanoTime() - begin;
        System.out.printf("%-18s %8s %10s %10s %10s %9s  %s%n", "", "pid", "up", "memory", "processor", "restarts", "");
        long memory = 0;
        double processor = 0;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Usage now = Usage.of(line.process());
            double share = now.cpu().minus(before.get(i).cpu()).toNanos() / nanos;
            memory += now.residentBytes();
            processor += share;
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %8d %10s %6d MiB %8.1f %% %9d  %s%n",
                    line.name(),
                    line.process().pid(),
                    age(Duration.between(line.since(), Instant.now())),
                    mebibytes(now.residentBytes()),
                    100 * share,
                    line.restarts(),
                    line.problem() == null ? "ready" : "not ready: " + line.problem());
        }
        System.out.printf(
                Locale.ROOT,
                "%-18s %8s %10s %6d MiB %8.1f %% of one core, over %s s%n",
                "all",
                "",
                "",
                mebibytes(memory),
                100 * processor,
                over);
    }

    private static long mebibytes(long bytes) {
        return Math.round(bytes / 1024.0 / 1024.0);
    }

    private static String age(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + " h " + age.toMinutesPart() + " min";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + " min" : age.toSeconds() + " s";
    }
}
