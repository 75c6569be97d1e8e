package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the files of the page are served, by the real gateway. */
class PageFilesTest {

    /** Of {@code dist/centrifuge.js} in the npm package {@code centrifuge} 5.8.0: the SDK is shipped as published. */
    private static final String SDK_SHA_256 = "2e9a24e8495900b030008edd8a8d3746a218a213044b5ed15635fbadac24d4b8";

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        gateway = RunningGateway.start(cluster.bootstrapServers(), new FixedRegistry());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void theSdkIsTheOneThatWasPublished() throws IOException, NoSuchAlgorithmException {
        byte[] file;
        try (InputStream in = Objects.requireNonNull(
                PageFilesTest.class.getResourceAsStream("/static/vendor/centrifuge/centrifuge.js"))) {
            file = in.readAllBytes();
        }

        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)))
                .isEqualTo(SDK_SHA_256);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/css/page.css", "/js/main.js", "/vendor/centrifuge/centrifuge.js"})
    void aFileIsSentAgainOnlyWhenItHasChanged(String path) {
        HttpResponse<String> first = gateway.get(path);

        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isNotEmpty();
        assertThat(tag).matches("\"[0-9a-f]{64}\"");
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
        // Builds are reproducible: every version of a file has the same time.
        assertThat(first.headers().firstValue("Last-Modified")).isEmpty();
        HttpResponse<String> second = gateway.get(path, "If-None-Match", tag);
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(gateway.get(path, "If-None-Match", "\"another\"").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html"})
    void thePageMayOnlyUseItsOwnOrigin(String path) {
        HttpResponse<String> page = gateway.get(path);

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).contains("no-referrer");
    }

    @Test
    void otherAnswersKeepTheirOwnHeaders() {
        assertThat(gateway.get("/dashboard/snapshot").headers().firstValue("Cache-Control"))
                .contains("no-store");
        assertThat(gateway.get("/js/none.js").statusCode()).isEqualTo(404);
        assertThat(gateway.get("/docs").statusCode()).isBetween(200, 399);
    }
}
