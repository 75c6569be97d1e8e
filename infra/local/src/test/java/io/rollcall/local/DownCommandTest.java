package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code down} ends what a launcher left behind, and nothing that only looks like it. */
class DownCommandTest {

    private static final ProcessId GONE = new ProcessId(1, "long ago");

    @TempDir
    private Path folder;

    @Test
    void whatAKilledLauncherLeftIsStoppedInOrder() throws Exception {
        Process left = fakePart("left");
        noteDown(ProcessId.of(left.toHandle()));

        assertThat(down()).isZero();

        assertThat(left.isAlive()).isFalse();
        assertThat(Files.readAllLines(folder.resolve("left"))).containsExactly("started", "stopped");
        assertThat(RunFile.read(new DataFolder(folder))).isEmpty();
    }

    @Test
    void aProcessThatNowHasTheNumberOfOneOfOursIsLeftAlone() throws Exception {
        Process stranger = new ProcessBuilder("cat").start();
        try {
            noteDown(new ProcessId(stranger.pid(), "before it began"));

            assertThat(down()).isZero();

            assertThat(stranger.isAlive()).isTrue();
            assertThat(RunFile.read(new DataFolder(folder))).isEmpty();
        } finally {
            stranger.destroy();
        }
    }

    @Test
    void nothingToStopIsNoFailure() {
        assertThat(down()).isZero();
    }

    private int down() {
        return Rollcall.commandLine().execute("--data", folder.toString(), "down");
    }

    private void noteDown(ProcessId process) throws Exception {
        var entry = new RunFile.Entry("kafka", process, Instant.EPOCH, 0, false, URI.create("kafka://127.0.0.1:1"));
        new RunFile(GONE, Instant.EPOCH, Instant.EPOCH, List.of(entry)).write(new DataFolder(folder));
    }

    private Process fakePart(String name) throws Exception {
        int port = Ports.free().redis();
        Process process = new ProcessBuilder(Java.main(
                        FakePart.class.getName(),
                        List.of("-Xmx32m"),
                        List.of(Integer.toString(port), folder.resolve(name).toString())))
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Probe.ask(URI.create("http://127.0.0.1:" + port + "/")) instanceof Probe.Answer.Ready);
        return process;
    }
}
