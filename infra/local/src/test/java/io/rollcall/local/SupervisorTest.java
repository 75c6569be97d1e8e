package io.rollcall.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes are started, watched, started again and stopped, and no others are touched. */
class SupervisorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private DataFolder data;
    private Supervisor supervisor;

    @BeforeEach
    void supervise() {
        data = new DataFolder(folder.resolve("data"));
        supervisor = new Supervisor(data, new Console(new PrintStream(said, true, StandardCharsets.UTF_8)));
    }

    @AfterEach
    void stopAll() {
        supervisor.close();
        supervisor.stop(List.of("one", "two"));
    }

    @Test
    void aPartThatDiesIsStartedAgain() throws Exception {
        start(part("one", ""));
        ProcessId first = process("one");

        supervisor.kill("one");

        await(() -> !first.equals(supervisor.process("one")) && supervisor.ready("one"));
        assertThat(output()).contains("was ended by signal 9; started again in 0.1 s", "ready again");
        assertThat(run().parts())
                .singleElement()
                .satisfies(entry -> assertThat(entry.restarts()).isEqualTo(1));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void javasSecondCompilerComesAfterTheThreadsThatAnswer() throws Exception {
        start(part("one", ""));

        Path tasks = Path.of("/proc", Long.toString(process("one").pid()), "task");
        int own = SecondCompiler.niceness(Path.of("/proc/thread-self"));
        await(() -> niceness(tasks, "C2 CompilerThre").equals(Set.of(Math.min(19, own + 5))));
        assertThat(niceness(tasks, "java")).containsExactly(own);
        assertThat(niceness(tasks, "C1 CompilerThre")).containsExactly(own);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPartIsInOurSessionSoThatItsThreadsAreWeighedAgainstAll() throws Exception {
        start(part("one", ""));

        assertThat(session(Path.of("/proc", Long.toString(process("one").pid()))))
                .isEqualTo(session(Path.of("/proc/self")));
    }

    @Test
    void aPartThatIsHeldStaysAwayUntilItIsReleased() throws Exception {
        start(part("one", ""));
        ProcessId first = process("one");

        supervisor.hold("one");
        await(() -> output().contains("and is held"));
        assertThat(first.alive()).isEmpty();
        assertThat(supervisor.ready("one")).isFalse();

        supervisor.release("one");
        await(() -> supervisor.ready("one"));
        assertThat(notes("one")).containsExactly("started", "started");
    }

    @Test
    void aPartWaitsForWhatItNeedsBeforeItIsStartedAgain() throws Exception {
        start(part("one", ""));
        start(part("two", "", "one"));
        supervisor.hold("one");
        await(() -> output().contains("and is held"));

        supervisor.kill("two");
        await(() -> output().contains("two              was ended by signal 9; started again"));
        supervisor.release("one");

        await(() -> supervisor.ready("two"));
        assertThat(output()).containsSubsequence("one              ready again", "two              ready again");
    }

    @Test
    void aPartThatDiesWhileItStartsFailsWithItsLastWords() {
        assertThatThrownBy(() -> start(part("one", "die")))
                .hasRootCauseInstanceOf(StackException.class)
                .hasRootCauseMessage("one ended with status 7 while it started; its last words (" + data.log("one")
                        + "):\n    | I cannot go on");
    }

    @Test
    void aPartThatDiesAgainAndAgainIsGivenUp() throws Exception {
        supervisor = new Supervisor(
                data, new Console(new PrintStream(said, true, StandardCharsets.UTF_8)), Duration.ofMillis(1));
        start(part("one", ""));

        for (int deaths = 1; deaths <= 9; deaths++) {
            ProcessId process = process("one");
            supervisor.kill("one");
            await(() -> output().contains("it is not started again")
                    || (supervisor.ready("one") && !process.equals(supervisor.process("one"))));
        }

        assertThat(output()).contains("was ended by signal 9 for the 9th time in a row: it is not started again");
        assertThat(run().parts()).singleElement().matches(RunFile.Entry::givenUp);
        assertThat(notes("one")).hasSize(9);
    }

    @Test
    void aPartThatIsNeverReadyFailsWithItsReason() {
        Part part = part("one", "never-ready");
        assertThatThrownBy(() -> start(new Part(
                        part.name(),
                        part.command(),
                        part.environment(),
                        part.without(),
                        part.folder(),
                        part.ports(),
                        part.readiness(),
                        Duration.ofSeconds(2),
                        part.stopWithin(),
                        part.needs())))
                .rootCause()
                .hasMessageContaining("one is not ready after")
                .hasMessageContaining("answers 503");
    }

    @Test
    void pausesGrowUntilHalfAMinute() {
        assertThat(List.of(1, 2, 3, 9, 10, 30))
                .extracting(supervisor::pauseAfter)
                .extracting(Duration::toMillis)
                .containsExactly(100L, 200L, 400L, 25_600L, 30_000L, 30_000L);
    }

    @Test
    void stoppingIsOrderlyAndTouchesNothingElse() throws Exception {
        Process other = new ProcessBuilder("cat").start();
        start(part("one", ""));
        ProcessId process = process("one");

        supervisor.stop(List.of("one"));

        assertThat(process.alive()).isEmpty();
        assertThat(notes("one")).containsExactly("started", "stopped");
        assertThat(run().parts()).isEmpty();
        assertThat(other.isAlive()).isTrue();
        other.destroy();
    }

    @Test
    void whatRunsIsNotedDownForOthers() throws Exception {
        start(part("one", ""));

        assertThat(run().launcher().alive()).contains(ProcessHandle.current());
        assertThat(run().survivors()).singleElement().satisfies(entry -> {
            assertThat(entry.name()).isEqualTo("one");
            assertThat(entry.process()).isEqualTo(process("one"));
        });
    }

    private void start(Part part) throws Exception {
        supervisor.start(part).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private Part part(String name, String manner, String... needs) {
        int port = Ports.free().redis();
        List<String> arguments = new ArrayList<>(
                List.of(Integer.toString(port), folder.resolve(name).toString()));
        if (!manner.isEmpty()) {
            arguments.add(manner);
        }
        return new Part(
                name,
                Java.main(FakePart.class.getName(), List.of("-Xmx32m"), arguments),
                Map.of(),
                Set.of(),
                folder,
                List.of(),
                URI.create("http://127.0.0.1:" + port + "/"),
                PATIENCE,
                PATIENCE,
                Set.of(needs));
    }

    /** Of a process's threads of this name. */
    private static Set<Integer> niceness(Path tasks, String name) throws IOException {
        var all = new HashSet<Integer>();
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                try {
                    if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
                        all.add(SecondCompiler.niceness(thread));
                    }
                } catch (IOException e) {
                    // It has just ended.
                }
            }
        }
        return all;
    }

    /** See proc_pid_stat(5). */
    private static String session(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3];
    }

    private ProcessId process(String name) {
        return requireNonNull(supervisor.process(name));
    }

    private RunFile run() throws IOException {
        return RunFile.read(data).orElseThrow();
    }

    private List<String> notes(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private String output() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).until(condition);
    }
}
