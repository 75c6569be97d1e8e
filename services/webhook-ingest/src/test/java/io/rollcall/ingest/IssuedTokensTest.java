package io.rollcall.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.schemas.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask, with authentication on; LiveKit signs its webhooks and needs no token. */
class IssuedTokensTest {

    @TempDir
    static Path data;

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static RunningService service;

    @BeforeAll
    static void start() {
        KafkaCluster kafka = KafkaCluster.shared();
        kafka.createTopics(Topics.all());
        service = RunningService.start(kafka.bootstrapServers(), data, new FixedRegistry(), ISSUER.arguments());
        service.awaitDirect();
    }

    @AfterAll
    static void stop() {
        service.close();
        ISSUER.close();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    @Test
    void theFiguresNeedAToken() throws Exception {
        String path = "/api/v1/webhooks/stats";

        assertThat(get(path).statusCode()).isEqualTo(401);
        assertThat(get(path, "Authorization", "Bearer abc").statusCode()).isEqualTo(401);
        assertThat(get(path, "Authorization", "Bearer " + ISSUER.token("ann").signed())
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void aWebhookNeedsItsSignatureAndNothingElse() {
        byte[] body = "{\"event\":\"room_started\",\"id\":\"EV_1\",\"room\":{\"name\":\"r\",\"sid\":\"RM_1\"}}"
                .getBytes(StandardCharsets.UTF_8);
        try (var http = new Http(service.port())) {
            assertThat(http.webhook(Signing.sign(body, Instant.now().getEpochSecond()), body)
                            .status())
                    .isEqualTo(200);
        }
        try (var http = new Http(service.port())) {
            assertThat(http.webhook("Bearer " + ISSUER.token("ann").signed(), body)
                            .status())
                    .isEqualTo(401);
        }
    }
}
