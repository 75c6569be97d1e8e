package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts parts, waits until they are ready, starts those again that die, and stops them. A part that dies before it
 * was ever ready fails its start; one that was ready is started again after a growing pause, until it has died too
 * often in a row.
 */
final class Supervisor {

    private static final int LIMIT = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A part that has run for this long after a restart has recovered: its count begins anew. */
    private static final Duration RECOVERED = Duration.ofMinutes(1);

    private static final Duration ASK_EVERY = Duration.ofMillis(50);
    private static final Duration SAY_EVERY = Duration.ofSeconds(5);
    private static final int LAST_LINES = 15;
    private static final int LONGEST_LINE = 300;

    private final DataFolder data;
    private final Console console;
    private final Duration firstPause;
    private final Instant startedAt = Instant.now();
    private final ProcessId self = ProcessId.of(ProcessHandle.current());
    private final Map<String, Member> members = new LinkedHashMap<>();
    private @Nullable Instant upAt;
    private boolean closing;

    Supervisor(DataFolder data, Console console) {
        this(data, console, FIRST_PAUSE);
    }

    Supervisor(DataFolder data, Console console, Duration firstPause) {
        this.data = data;
        this.console = console;
        this.firstPause = firstPause;
    }

    private enum State {
        STARTING,
        READY,
        PAUSED,
        GIVEN_UP,
        STOPPED
    }

    private static final class Member {

        final Part part;
        final CompletableFuture<Void> firstReady = new CompletableFuture<>();

        @Nullable
        Process process;

        @Nullable
        ProcessId id;

        Instant startedAt = Instant.MIN;
        State state = State.STARTING;
        boolean held;
        int restarts;
        int deathsInARow;

        Member(Part part) {
            this.part = part;
        }
    }

    /** Starts a part; the answer completes when it is ready, or fails with {@link StackException}. */
    CompletableFuture<Void> start(Part part) {
        var member = new Member(part);
        synchronized (this) {
            members.put(part.name(), member);
        }
        Thread.ofVirtual().name("watch-" + part.name()).start(() -> watch(member));
        return member.firstReady;
    }

    /** Everything is ready for the first time. */
    synchronized void up() {
        upAt = Instant.now();
        save();
    }

    /** Kills a part as {@code kill -9} does, without telling anybody; it is found dead and started again. */
    synchronized void kill(String name) {
        Member member = member(name);
        if (member.process != null) {
            // Not ready from this moment on, whenever its end is seen.
            member.state = member.state == State.READY ? State.STARTING : member.state;
            member.process.destroyForcibly();
        }
    }

    /** Kills a part and keeps it away until {@link #release}. */
    synchronized void hold(String name) {
        member(name).held = true;
        kill(name);
    }

    /** Lets a part that was held come back. */
    synchronized void release(String name) {
        member(name).held = false;
        notifyAll();
    }

    /** The process of a part; empty while it has none. */
    synchronized @Nullable ProcessId process(String name) {
        return member(name).id;
    }

    synchronized boolean ready(String name) {
        return member(name).state == State.READY;
    }

    /** From now on nothing is started any more. */
    synchronized void close() {
        closing = true;
    }

    /** Stops parts together, each with its own patience, and waits until they have ended. */
    void stop(List<String> names) {
        List<Thread> stopping = names.stream()
                .filter(this::known)
                .map(name -> Thread.ofVirtual().start(() -> stop(name)))
                .toList();
        for (Thread thread : stopping) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized boolean known(String name) {
        return members.containsKey(name);
    }

    private void stop(String name) {
        Process process;
        Part part;
        synchronized (this) {
            Member member = member(name);
            member.state = State.STOPPED;
            notifyAll();
            process = member.process;
            part = member.part;
        }
        if (process != null && process.isAlive()) {
            Instant begin = Instant.now();
            boolean orderly = Stopping.stop(process.toHandle(), part.stopWithin());
            if (orderly) {
                keepWhatWasLearnt(part);
            }
            Duration took = Duration.between(begin, Instant.now());
            console.event(
                    name, (orderly ? "stopped in " : "killed, it had not stopped after ") + Console.seconds(took));
        }
        synchronized (this) {
            members.remove(name);
            save();
        }
    }

    private void keepWhatWasLearnt(Part part) {
        try {
            Java.keepWhatWasLearnt(part.command());
        } catch (IOException e) {
            console.event(part.name(), "what it has learnt cannot be kept: " + e);
        }
    }

    private void watch(Member member) {
        try {
            Path log = data.freshLog(member.part.name());
            while (spawn(member, log)) {
                awaitReady(member, log);
                int code = awaitEnd(member);
                if (!pause(member, code, log)) {
                    return;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            member.firstReady.completeExceptionally(
                    new StackException(member.part.name() + " cannot be started: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean spawn(Member member, Path log) throws IOException {
        if (closing || member.state == State.STOPPED) {
            return false;
        }
        Part part = member.part;
        var builder = new ProcessBuilder(Programs.deafToTerminal(part.command()))
                .directory(part.folder().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeAll(part.without());
        builder.environment().putAll(part.environment());
        Process process = builder.start();
        member.process = process;
        member.id = ProcessId.of(process.toHandle());
        member.startedAt = Instant.now();
        member.state = State.STARTING;
        save();
        console.event(part.name(), "starts as process " + process.pid());
        return true;
    }

    private void awaitReady(Member member, Path log) throws InterruptedException {
        Process process = Objects.requireNonNull(member.process);
        Part part = member.part;
        Instant saidAt = Instant.now();
        int compilers = 0;
        boolean allStepBack = false;
        while (process.isAlive()) {
            if (!allStepBack) {
                int before = compilers;
                compilers = SecondCompiler.stepBack(process);
                // They come one after the other, within milliseconds.
                allStepBack = compilers > 0 && compilers == before;
            }
            Probe.Answer answer = Probe.ask(part.readiness());
            Duration took = Duration.between(member.startedAt, Instant.now());
            switch (answer) {
                case Probe.Answer.Ready() -> {
                    if (!process.isAlive()) {
                        // Somebody else answers at this address.
                        return;
                    }
                    if (becomeReady(member)) {
                        String again = member.restarts == 0 ? "" : "again ";
                        console.event(part.name(), "ready " + again + "after " + Console.seconds(took));
                    }
                    return;
                }
                case Probe.Answer.NotReady(String reason) -> {
                    if (!member.firstReady.isDone() && took.compareTo(part.readyWithin()) > 0) {
                        member.firstReady.completeExceptionally(new StackException(part.name() + " is not ready after "
                                + Console.seconds(took) + ": " + reason + lastLines(log)));
                        return;
                    }
                    if (Duration.between(saidAt, Instant.now()).compareTo(SAY_EVERY) > 0) {
                        saidAt = Instant.now();
                        console.event(part.name(), "… " + reason);
                    }
                    // Ends early when the process does.
                    process.waitFor(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        }
    }

    private synchronized boolean becomeReady(Member member) {
        if (member.state == State.STOPPED) {
            return false;
        }
        member.state = State.READY;
        notifyAll();
        member.firstReady.complete(null);
        return true;
    }

    private static int awaitEnd(Member member) throws InterruptedException {
        return Objects.requireNonNull(member.process).waitFor();
    }

    /** Waits until the part may be started again; false when it shall not be. */
    private boolean pause(Member member, int code, Path log) throws InterruptedException {
        Part part = member.part;
        Duration pause;
        synchronized (this) {
            if (closing || member.state == State.STOPPED) {
                return false;
            }
            if (!member.firstReady.isDone()) {
                member.firstReady.completeExceptionally(
                        new StackException(part.name() + " " + ended(code) + " while it started" + lastLines(log)));
                return false;
            }
            Duration ran = Duration.between(member.startedAt, Instant.now());
            member.deathsInARow = ran.compareTo(RECOVERED) > 0 ? 1 : member.deathsInARow + 1;
            if (!member.held && member.deathsInARow > LIMIT) {
                member.state = State.GIVEN_UP;
                save();
                console.event(
                        part.name(),
                        ended(code) + " for the " + member.deathsInARow + "th time in a row: it is not started again"
                                + lastLines(log));
                return false;
            }
            pause = pauseAfter(member.deathsInARow);
            member.state = State.PAUSED;
            save();
            console.event(
                    part.name(),
                    ended(code) + (member.held ? " and is held" : "; started again in " + Console.seconds(pause)));
            Instant until = Instant.now().plus(pause);
            while (member.state != State.STOPPED) {
                long millis = Duration.between(Instant.now(), until).toMillis();
                if (millis > 0) {
                    wait(millis);
                } else if (member.held || !needsReady(part)) {
                    wait();
                } else {
                    break;
                }
            }
            member.restarts++;
            return member.state != State.STOPPED;
        }
    }

    private boolean needsReady(Part part) {
        return part.needs().stream()
                .map(members::get)
                .allMatch(member -> member == null || member.state == State.READY);
    }

    /** Doubles from death to death, up to half a minute. */
    Duration pauseAfter(int deathsInARow) {
        Duration pause = firstPause.multipliedBy(1L << Math.min(deathsInARow - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private static String ended(int code) {
        return code > 128 && code < 160 ? "was ended by signal " + (code - 128) : "ended with status " + code;
    }

    private static String lastLines(Path log) {
        try (Stream<String> lines = Files.lines(log, UTF_8)) {
            List<String> all = lines.map(LogLine::render)
                    .flatMap(String::lines)
                    // Of a stack trace, the causes.
                    .filter(line -> !line.isBlank() && !line.matches("\\s+(at |\\.\\.\\. ).*"))
                    .map(line -> line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…")
                    .toList();
            List<String> last = all.subList(Math.max(0, all.size() - LAST_LINES), all.size());
            return last.isEmpty()
                    ? "; it said nothing"
                    : "; its last words (" + log + "):\n    | " + String.join("\n    | ", last);
        } catch (IOException | UncheckedIOException e) {
            return "; see " + log;
        }
    }

    private Member member(String name) {
        return Objects.requireNonNull(members.get(name), () -> "there is no " + name);
    }

    private void save() {
        List<RunFile.Entry> entries = members.values().stream()
                .filter(member -> member.id != null)
                .map(member -> new RunFile.Entry(
                        member.part.name(),
                        Objects.requireNonNull(member.id),
                        member.startedAt,
                        member.restarts,
                        member.state == State.GIVEN_UP,
                        member.part.readiness()))
                .toList();
        try {
            new RunFile(self, startedAt, upAt, entries).write(data);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot note down what runs", e);
        }
    }
}
