package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbeTest {

    @Test
    void ofAServicesAnswerWhatItWaitsForIsToldInWords() {
        String words = Probe.words(503, """
                {"status":"not ready","checks":{"lifecycle":{"status":"up"},"redis":{"status":"degraded","reason":"slow"},
                "rooms-view":{"status":"down","reason":"not started"},"streams":{"status":"down"}}}""");

        assertThat(words).isEqualTo("is not ready: rooms-view: not started; streams: down");
    }

    @Test
    void ofAnyOtherAnswerTheBeginningIsTold() {
        assertThat(Probe.words(503, "")).isEqualTo("answers 503");
        assertThat(Probe.words(404, "{\"message\":\"none\"}")).isEqualTo("answers 404 {\"message\":\"none\"}");
        assertThat(Probe.words(502, "<html>" + "x".repeat(1_000)))
                .startsWith("answers 502 <html>xx")
                .endsWith("…")
                .hasSizeLessThan(200);
    }
}
