package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.sim.LivekitSim;
import io.rollcall.sim.SimSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionScenesTest {

    @Test
    void aRealServersMetricsAreNotTakenForTheDouble() {
        assertThat(SessionScenes.saysItIsADouble("# HELP go_gc_duration_seconds A summary\ngo_threads 11\n"))
                .isFalse();
        assertThat(SessionScenes.saysItIsADouble("")).isFalse();
        assertThat(SessionScenes.saysItIsADouble("{\"status\":\"ok\"}")).isFalse();
    }

    @Test
    void theDoubleSaysWhatItIs() throws Exception {
        var settings = SimSettings.read(Path.of("../livekit/livekit.yaml"))
                .withPorts(0, 0)
                .withWebhookUrls(List.of());
        try (var sim = LivekitSim.start(settings);
                HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(sim.url() + "/sim/health"))
                    .build();

            assertThat(SessionScenes.saysItIsADouble(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body()))
                    .isTrue();
        }
    }
}
