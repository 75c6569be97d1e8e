package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LiveKit on other ports has the project's configuration with other ports. */
class LivekitFileTest {

    private static final Path HOME = Path.of("..", "..");
    private static final Path OURS = HOME.resolve("infra/livekit/livekit.yaml");

    @TempDir
    private Path folder;

    @Test
    void onTheUsualPortsItIsTheProjectsOwn() throws IOException {
        assertThat(LivekitFile.of(HOME, new DataFolder(folder), Ports.usual())).isEqualTo(OURS);
    }

    @Test
    void onOtherPortsNothingElseIsDifferent() throws IOException {
        Ports ports = Ports.free();

        var lines = Files.readAllLines(LivekitFile.of(HOME, new DataFolder(folder), ports));

        var ours = Files.readAllLines(OURS);
        assertThat(lines).hasSameSizeAs(ours);
        assertThat(IntStream.range(0, lines.size())
                        .filter(line -> !lines.get(line).equals(ours.get(line)))
                        .mapToObj(line -> lines.get(line).strip()))
                .containsExactly(
                        "port: " + ports.livekit(),
                        "udp_port: " + ports.livekitUdp(),
                        "port: " + ports.livekitMetrics(),
                        "urls: [\"http://127.0.0.1:" + ports.webhookIngest() + "/webhooks/livekit\"]");
    }
}
