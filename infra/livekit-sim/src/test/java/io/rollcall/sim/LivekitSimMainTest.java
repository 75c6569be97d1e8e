package io.rollcall.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.sim.node.RoomDefaults;
import io.rollcall.sim.webhooks.WebhookRules;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process takes the real server's configuration, says what it is, and stops in order. */
class LivekitSimMainTest {

    private static final Path CONFIGURATION = Path.of("..", "livekit", "livekit.yaml");

    @TempDir
    private Path folder;

    @Test
    void theConfigurationOfTheRealServerIsTaken() throws IOException {
        assertThat(SimSettings.read(CONFIGURATION))
                .isEqualTo(new SimSettings(
                        "127.0.0.1",
                        7880,
                        6789,
                        Map.of(Tokens.API_KEY, Tokens.SECRET),
                        new RoomDefaults(false, 30, 5, 0, false),
                        true,
                        Duration.ofSeconds(3),
                        Tokens.API_KEY,
                        List.of(URI.create("http://127.0.0.1:8082/webhooks/livekit")),
                        new WebhookRules(Duration.ofMinutes(10), 10_000, Duration.ofSeconds(1)),
                        null));
    }

    @Test
    void whatIsNotConfiguredIsAsInLivekit() throws IOException {
        Path file = Files.writeString(folder.resolve("livekit.yaml"), "keys: { a: b }");

        SimSettings settings = SimSettings.read(file);

        assertThat(settings.rooms()).isEqualTo(RoomDefaults.ofLivekit());
        assertThat(settings.webhooks()).isEqualTo(WebhookRules.ofLivekit());
        assertThat(settings.askNode()).isFalse();
        assertThat(settings.webhookUrls()).isEmpty();
    }

    @Test
    void optionsTakePrecedence() throws IOException {
        SimSettings settings = LivekitSimMain.settings(LivekitSimMain.options(List.of(
                "--config", CONFIGURATION.toString(),
                "--port", "1",
                "--metrics-port", "2",
                "--webhook-urls", "http://127.0.0.1:3/a,http://127.0.0.1:4/b",
                "--seed", "5")));

        assertThat(List.of(settings.port(), settings.metricsPort())).containsExactly(1, 2);
        assertThat(settings.webhookUrls())
                .containsExactly(URI.create("http://127.0.0.1:3/a"), URI.create("http://127.0.0.1:4/b"));
        assertThat(settings.seed()).isEqualTo(5);
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        Path unsigned = Files.writeString(folder.resolve("livekit.yaml"), "webhook: { urls: ['http://h'] }");

        assertThatThrownBy(() -> SimSettings.read(unsigned))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("webhook.api_key");
        assertThatThrownBy(() -> LivekitSimMain.options(List.of("--prot", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--prot");
    }

    @Test
    void theProcessSaysThatItIsATestDoubleAndTellsOfTheEndOfItsRoomsWhenItIsStopped() throws Exception {
        try (var receiver = new Receiver()) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            LivekitSimMain.class.getName(),
                            "--config",
                            CONFIGURATION.toString(),
                            "--port",
                            "0",
                            "--metrics-port",
                            "0",
                            "--webhook-urls",
                            receiver.url().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = process.inputReader()) {
                String line = said.readLine();
                assertThat(line).contains("a test double, not a LiveKit server");
                URI url = URI.create(line.replaceFirst(".*ready on (\\S+): .*", "$1"));
                Api.send(HttpRequest.newBuilder(url.resolve("/twirp/livekit.RoomService/CreateRoom"))
                        .header("Authorization", "Bearer " + Tokens.granting(Map.of("roomCreate", true)))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"r\"}")));
                receiver.awaitAtLeast(1);

                process.destroy();

                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(receiver.events()).containsExactly("room_started", "room_finished");
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
