package io.rollcall.sim.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.sim.Captures;
import io.rollcall.sim.Tokens;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real LiveKit server signed, we sign to the same bytes. */
class WebhookSignerTest {

    private final WebhookSigner signer = new WebhookSigner(Tokens.API_KEY, Tokens.SECRET);

    @ParameterizedTest
    @ValueSource(strings = {"webhooks-scenarios.ndjson", "webhooks-volume.ndjson"})
    void everyTokenOfTheCapturesIsReproduced(String file) {
        assertThat(Captures.lines(file)).allSatisfy(delivery -> {
            String token = token(delivery);
            assertThat(signer.sign(delivery.path("body").asString().getBytes(UTF_8), issuedAt(token)))
                    .isEqualTo(token);
        });
    }

    private static String token(JsonNode delivery) {
        return delivery.path("headers").path("authorization").asString();
    }

    private static Instant issuedAt(String token) {
        String claims = token.substring(token.indexOf('.') + 1, token.lastIndexOf('.'));
        return Instant.ofEpochSecond(JsonMapper.shared()
                .readTree(Base64.getUrlDecoder().decode(claims))
                .path("iat")
                .asLong());
    }
}
