package io.rollcall.ingest.webhooks.domain;

import static io.rollcall.ingest.Capture.API_KEY;
import static io.rollcall.ingest.Capture.API_SECRET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.ingest.webhooks.domain.Verdict.Signed;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Held against LiveKit's SDK for npm: its verdicts are in a file that {@code src/test/npm/verdicts.mjs} writes. */
class NpmSdkTest {

    private final TokenVerifier verifier = new TokenVerifier(new ApiKeys(Map.of(API_KEY, List.of(API_SECRET))));

    /**
     * A token and what the SDK says of it.
     *
     * @param genuine made by the SDK, or as the server makes them
     */
    record Case(String name, boolean genuine, boolean accepted, long atMillis, String authorization, String body) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() throws IOException {
        try (var in =
                Objects.requireNonNull(NpmSdkTest.class.getResourceAsStream("/npm-verdicts.ndjson"), "the verdicts")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> JsonMapper.shared().readValue(line, Case.class))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void acceptsWhatItSignsAndRefusesWhatItRefuses(Case one) {
        Verdict verdict = verifier.verify(one.authorization(), one.atMillis());

        boolean accepted = verdict instanceof Signed signed
                && TokenVerifier.matches(signed, one.body().getBytes(UTF_8));
        assertThat(accepted).isEqualTo(one.accepted());
        assertThat(one.accepted()).isEqualTo(one.genuine());
    }
}
