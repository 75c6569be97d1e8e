package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What a real LiveKit server signed, we sign to the same bytes. */
class WebhookSignerTest {

    private static final JsonMapper JSON = new JsonMapper();

    private final WebhookSigner signer = new WebhookSigner("devkey", "secretsecretsecretsecretsecretsecret");

    @ParameterizedTest
    @ValueSource(strings = {"webhooks-scenarios.ndjson", "webhooks-volume.ndjson"})
    void everyTokenOfTheCapturesIsReproduced(String file) throws IOException {
        Capture capture = Capture.read(List.of(Path.of("..", "captures", file)));

        assertThat(capture.deliveries())
                .allSatisfy(delivery -> assertThat(
                                signer.sign(delivery.webhook().body().getBytes(UTF_8), issuedAt(delivery)))
                        .isEqualTo(delivery.authorization()));
    }

    private static Instant issuedAt(Capture.Delivery delivery) {
        String token = delivery.authorization();
        String claims = token.substring(token.indexOf('.') + 1, token.lastIndexOf('.'));
        return Instant.ofEpochSecond(
                JSON.readTree(Base64.getUrlDecoder().decode(claims)).path("iat").asLong());
    }
}
