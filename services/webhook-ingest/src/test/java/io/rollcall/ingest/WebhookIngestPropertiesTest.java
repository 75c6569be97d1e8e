package io.rollcall.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.ingest.webhooks.domain.TokenVerifier;
import io.rollcall.ingest.webhooks.domain.Verdict;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.unit.DataSize;

class WebhookIngestPropertiesTest {

    private static final long NOW = Instant.parse("2026-11-21T10:00:00Z").getEpochSecond();

    @Test
    void defaults() {
        WebhookIngestProperties properties = bind(Map.of("spool.folder", "data/spool"));

        assertThat(properties)
                .isEqualTo(new WebhookIngestProperties(
                        false,
                        null,
                        null,
                        null,
                        DataSize.ofMegabytes(4),
                        Duration.ofSeconds(10),
                        DataSize.ofMegabytes(24),
                        Duration.ofSeconds(1),
                        new WebhookIngestProperties.SpoolSettings(
                                Path.of("data/spool"), DataSize.ofGigabytes(1), DataSize.ofMegabytes(16)),
                        new WebhookIngestProperties.Gap(null, Duration.ofSeconds(15))));
    }

    @Test
    void everyPropertyMaps() {
        var given = new HashMap<String, String>();
        given.put("local", "true");
        given.put("api-key", "key");
        given.put("api-secret", "secret");
        given.put("keys", "other: secret");
        given.put("max-body", "1MB");
        given.put("body-timeout", "3s");
        given.put("max-buffered", "32MB");
        given.put("ack-patience", "2s");
        given.put("spool.folder", "/var/spool");
        given.put("spool.max-size", "2GB");
        given.put("spool.segment-size", "8MB");
        given.put("gap.metrics-url", "http://livekit:6789/metrics");
        given.put("gap.interval", "30s");

        assertThat(bind(given))
                .isEqualTo(new WebhookIngestProperties(
                        true,
                        "key",
                        "secret",
                        "other: secret",
                        DataSize.ofMegabytes(1),
                        Duration.ofSeconds(3),
                        DataSize.ofMegabytes(32),
                        Duration.ofSeconds(2),
                        new WebhookIngestProperties.SpoolSettings(
                                Path.of("/var/spool"), DataSize.ofGigabytes(2), DataSize.ofMegabytes(8)),
                        new WebhookIngestProperties.Gap(
                                URI.create("http://livekit:6789/metrics"), Duration.ofSeconds(30))));
    }

    @ParameterizedTest
    @CsvSource({
        "max-body, 0B",
        "max-body, 9MB",
        "body-timeout, 0s",
        "ack-patience, -1s",
        "max-buffered, 1MB",
        "spool.max-size, 1MB",
        "spool.segment-size, 0B",
        "gap.interval, 0s"
    })
    void refusesWhatCannotBe(String name, String value) {
        assertThatThrownBy(() -> bind(Map.of("spool.folder", "spool", name, value)))
                .rootCause()
                .hasMessageContaining("rollcall.ingest.");
    }

    @Test
    void doesNotStartWithoutAKey() {
        assertThatThrownBy(() -> bind(Map.of("spool.folder", "spool")).apiKeys())
                .isInstanceOf(UnfitKeysException.class)
                .hasMessageContaining("no API key");
        assertThatThrownBy(() ->
                        bind(Map.of("spool.folder", "spool", "api-key", "key")).apiKeys())
                .hasMessageContaining("LIVEKIT_API_SECRET is not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devkey: mine",
                "key: secretsecretsecretsecretsecretsecret",
                "key: a, secretsecretsecretsecretsecretsecret"
            })
    void refusesTheDevelopmentKeyUnlessTold(String keys) {
        assertThatThrownBy(() ->
                        bind(Map.of("spool.folder", "spool", "keys", keys)).apiKeys())
                .isInstanceOf(UnfitKeysException.class)
                .hasMessageNotContaining("secretsecret");
        assertThat(bind(Map.of("spool.folder", "spool", "keys", keys, "local", "true"))
                        .apiKeys())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1, 2; b: 3 | a/1 a/2 b/3 | a/3 b/1",
                "a: 1, b: 3 | a/1 b/3 | a/3",
                "'a': \"1\" | a/1 | a/3",
                "a: x:y | a/x:y | a/x",
            },
            quoteCharacter = '`')
    void readsSeveralKeysWithSeveralSecretsEach(String keys, String accepted, String refused) {
        var verifier = new TokenVerifier(
                bind(Map.of("spool.folder", "spool", "keys", keys)).apiKeys());

        for (String pair : accepted.split(" ", -1)) {
            assertThat(verify(verifier, pair)).as(pair).isInstanceOf(Verdict.Signed.class);
        }
        for (String pair : refused.split(" ", -1)) {
            assertThat(verify(verifier, pair)).as(pair).isInstanceOf(Verdict.Refused.class);
        }
    }

    @Test
    void tellsAPersonWhatToDo() {
        var failure = new UnfitKeysException("There is no API key.", "Set one.");

        FailureAnalysis analysis = new UnfitKeysException.Analyzer().analyze(new IllegalStateException(failure));

        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription()).isEqualTo("There is no API key.");
        assertThat(analysis.getAction()).isEqualTo("Set one.");
    }

    @Test
    void takesKeysFromBothSettings() {
        var verifier = new TokenVerifier(
                bind(Map.of("spool.folder", "spool", "api-key", "a", "api-secret", "1", "keys", "a: 2\nb: 3\n"))
                        .apiKeys());

        for (String pair : new String[] {"a/1", "a/2", "b/3"}) {
            assertThat(verify(verifier, pair)).as(pair).isInstanceOf(Verdict.Signed.class);
        }
    }

    @Test
    void neverTellsASecret() {
        assertThat(bind(Map.of("spool.folder", "spool", "api-key", "a", "api-secret", "hush", "keys", "b: hush")))
                .asString()
                .doesNotContain("hush");
    }

    private static Verdict verify(TokenVerifier verifier, String keyAndSecret) {
        int slash = keyAndSecret.indexOf('/');
        String claims = Signing.claims(keyAndSecret.substring(0, slash), NOW, "digest");
        return verifier.verify(
                Signing.sign(Signing.HS256, claims, keyAndSecret.substring(slash + 1), "HmacSHA256"), NOW * 1000);
    }

    private static WebhookIngestProperties bind(Map<String, String> given) {
        var prefixed = new HashMap<String, String>();
        given.forEach((name, value) -> prefixed.put("rollcall.ingest." + name, value));
        return new Binder(new MapConfigurationPropertySource(prefixed))
                .bind("rollcall.ingest", WebhookIngestProperties.class)
                .get();
    }
}
