package io.rollcall.ingest.webhooks.domain;

import static io.rollcall.ingest.Capture.API_KEY;
import static io.rollcall.ingest.Capture.API_SECRET;
import static io.rollcall.ingest.Signing.HS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.livekit.server.AccessToken;
import io.livekit.server.WebhookReceiver;
import io.rollcall.ingest.Capture;
import io.rollcall.ingest.Signing;
import io.rollcall.ingest.webhooks.domain.Verdict.Reason;
import io.rollcall.ingest.webhooks.domain.Verdict.Refused;
import io.rollcall.ingest.webhooks.domain.Verdict.Signed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenVerifierTest {

    private static final long NOW = Instant.parse("2026-11-21T10:00:00Z").getEpochSecond();
    private static final byte[] BODY = "{\"event\":\"room_started\"}".getBytes(UTF_8);

    private final TokenVerifier verifier = new TokenVerifier(
            new ApiKeys(Map.of(API_KEY, List.of("the-next-secret", API_SECRET), "other", List.of("other-secret"))));

    static List<Capture> deliveries() {
        return Capture.all();
    }

    @ParameterizedTest
    @MethodSource("deliveries")
    void acceptsWhatARealServerSigned(Capture delivery) {
        Verdict verdict = verifier.verify(delivery.authorization(), delivery.receivedAtMillis());

        assertThat(verdict).isInstanceOf(Signed.class);
        assertThat(TokenVerifier.matches((Signed) verdict, delivery.body())).isTrue();
        assertThat(TokenVerifier.matches((Signed) verdict, (new String(delivery.body(), UTF_8) + " ").getBytes(UTF_8)))
                .isFalse();
    }

    @Test
    void acceptsAnySecretOfTheKeyThatTheTokenNames() {
        String claims = Signing.claims(API_KEY, NOW, Signing.digest(BODY));

        assertThat(verify(Signing.sign(HS256, claims, API_SECRET, "HmacSHA256")))
                .isInstanceOf(Signed.class);
        assertThat(verify(Signing.sign(HS256, claims, "the-next-secret", "HmacSHA256")))
                .isInstanceOf(Signed.class);
        assertThat(verify(Signing.sign(HS256, claims, "other-secret", "HmacSHA256")))
                .isEqualTo(new Refused(Reason.WRONG_SIGNATURE));
    }

    static Stream<Arguments> forgeries() {
        return forgeries(NOW);
    }

    static Stream<Arguments> forgeriesOfThisMinute() {
        // The SDK lets pass three things that a token of LiveKit never has, and that the contract or RFC 7515 forbids.
        var lenient = Set.of("an extension to be understood", "no expiry", "padding");
        return forgeries(Instant.now().getEpochSecond()).filter(f -> !lenient.contains(String.valueOf(f.get()[0])));
    }

    private static Stream<Arguments> forgeries(long now) {
        String digest = Signing.digest(BODY);
        String claims = Signing.claims(API_KEY, now, digest);
        String good = Signing.sign(BODY, now);
        String[] parts = good.split("\\.", -1);
        return Stream.of(
                Arguments.of("no header", null, Reason.NO_TOKEN),
                Arguments.of("an empty header", "", Reason.NO_TOKEN),
                Arguments.of("no token at all", "hello", Reason.MALFORMED),
                Arguments.of("dots only", "..", Reason.MALFORMED),
                Arguments.of("two parts", parts[0] + "." + parts[1], Reason.MALFORMED),
                Arguments.of("four parts", good + ".x", Reason.MALFORMED),
                Arguments.of("a Bearer prefix", "Bearer " + good, Reason.MALFORMED),
                Arguments.of("no signature", parts[0] + "." + parts[1] + ".", Reason.MALFORMED),
                Arguments.of("padding", good + "=", Reason.MALFORMED),
                Arguments.of("not base64", good + "\u00e9", Reason.MALFORMED),
                Arguments.of("a header that is no JSON", "AAAA." + parts[1] + "." + parts[2], Reason.MALFORMED),
                Arguments.of(
                        "claims that are no JSON",
                        Signing.sign(HS256, "nothing", API_SECRET, "HmacSHA256"),
                        Reason.MALFORMED),
                Arguments.of(
                        "claims that are a list",
                        Signing.sign(HS256, "[]", API_SECRET, "HmacSHA256"),
                        Reason.MALFORMED),
                Arguments.of(
                        "alg none",
                        Signing.url("{\"alg\":\"none\"}".getBytes(UTF_8)) + "." + parts[1] + "." + parts[2],
                        Reason.WRONG_ALGORITHM),
                Arguments.of(
                        "alg none without a signature",
                        Signing.url("{\"alg\":\"none\"}".getBytes(UTF_8)) + "." + parts[1] + ".",
                        Reason.WRONG_ALGORITHM),
                Arguments.of(
                        "HS512",
                        Signing.sign("{\"alg\":\"HS512\"}", claims, API_SECRET, "HmacSHA512"),
                        Reason.WRONG_ALGORITHM),
                Arguments.of(
                        "RS256 signed with the secret",
                        Signing.sign("{\"alg\":\"RS256\"}", claims, API_SECRET, "HmacSHA256"),
                        Reason.WRONG_ALGORITHM),
                Arguments.of(
                        "hs256",
                        Signing.sign("{\"alg\":\"hs256\"}", claims, API_SECRET, "HmacSHA256"),
                        Reason.WRONG_ALGORITHM),
                Arguments.of("no alg", Signing.sign("{}", claims, API_SECRET, "HmacSHA256"), Reason.WRONG_ALGORITHM),
                Arguments.of(
                        "an extension to be understood",
                        Signing.sign("{\"alg\":\"HS256\",\"crit\":[\"x\"]}", claims, API_SECRET, "HmacSHA256"),
                        Reason.MALFORMED),
                Arguments.of(
                        "another secret", Signing.sign(HS256, claims, "guessed", "HmacSHA256"), Reason.WRONG_SIGNATURE),
                Arguments.of(
                        "another key",
                        Signing.sign(HS256, Signing.claims("nobody", now, digest), API_SECRET, "HmacSHA256"),
                        Reason.UNKNOWN_KEY),
                Arguments.of(
                        "no key",
                        Signing.sign(HS256, "{\"exp\":" + (now + 300) + "}", API_SECRET, "HmacSHA256"),
                        Reason.UNKNOWN_KEY),
                Arguments.of(
                        "claims exchanged",
                        parts[0] + "."
                                + Signing.url(
                                        Signing.claims(API_KEY, now + 1, digest).getBytes(UTF_8)) + "." + parts[2],
                        Reason.WRONG_SIGNATURE),
                Arguments.of("half a signature", good.substring(0, good.length() - 20), Reason.WRONG_SIGNATURE),
                Arguments.of(
                        "no expiry",
                        signedClaims("{\"iss\":\"devkey\",\"sha256\":\"" + digest + "\"}"),
                        Reason.NO_EXPIRY),
                Arguments.of(
                        "an expiry in words",
                        signedClaims(
                                "{\"iss\":\"devkey\",\"exp\":\"" + (now + 300) + "\",\"sha256\":\"" + digest + "\"}"),
                        Reason.MALFORMED),
                Arguments.of(
                        "an expiry beyond all time",
                        signedClaims("{\"iss\":\"devkey\",\"exp\":1e99,\"sha256\":\"" + digest + "\"}"),
                        Reason.MALFORMED),
                Arguments.of(
                        "no digest",
                        signedClaims("{\"iss\":\"devkey\",\"exp\":" + (now + 300) + "}"),
                        Reason.NO_DIGEST),
                Arguments.of(
                        "a digest that is no text",
                        signedClaims("{\"iss\":\"devkey\",\"exp\":" + (now + 300) + ",\"sha256\":7}"),
                        Reason.MALFORMED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void refusesForgeries(String what, @Nullable String authorization, Reason reason) {
        assertThat(verify(authorization)).as(what).isEqualTo(new Refused(reason));
    }

    /** A wrong token must not become right because a good one came before it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void refusesForgeriesAfterAGoodOneToo(String what, @Nullable String authorization, Reason reason) {
        assertThat(verify(Signing.sign(BODY, NOW))).isInstanceOf(Signed.class);

        assertThat(verify(authorization)).as(what).isEqualTo(new Refused(reason));
    }

    @ParameterizedTest
    @CsvSource({
        // offset of exp, nbf and iat from now; verdict
        "-60, -400, -400, ",
        "-61, -400, -400, EXPIRED",
        "300, 60, 0, ",
        "300, 61, 0, NOT_YET_VALID",
        "300, 0, 60, ",
        "300, 0, 61, NOT_YET_VALID",
    })
    void allowsOneMinuteBetweenTheClocks(long exp, long nbf, long iat, @Nullable Reason reason) {
        Verdict verdict = verify(signedClaims("{\"iss\":\"devkey\",\"exp\":%d,\"nbf\":%d,\"iat\":%d,\"sha256\":\"x\"}"
                .formatted(NOW + exp, NOW + nbf, NOW + iat)));

        assertThat(verdict).isEqualTo(reason == null ? new Signed(API_KEY, "x") : new Refused(reason));
    }

    @Test
    void comparesTheDigestAsItIsWritten() {
        String digest = Signing.digest(BODY);

        assertThat(TokenVerifier.matches(new Signed(API_KEY, digest), BODY)).isTrue();
        assertThat(TokenVerifier.matches(new Signed(API_KEY, digest.replace("=", "")), BODY))
                .isFalse();
        assertThat(TokenVerifier.matches(new Signed(API_KEY, ""), BODY)).isFalse();
        assertThat(TokenVerifier.matches(new Signed(API_KEY, "\u00e9"), BODY)).isFalse();
    }

    /** LiveKit's own receiver as the judge: leeway apart, we refuse what it refuses. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeriesOfThisMinute")
    void livekitsOwnReceiverRefusesTheSame(String what, @Nullable String authorization, Reason reason) {
        assertThatThrownBy(() -> sdk().receive(new String(BODY, UTF_8), authorization == null ? "" : authorization))
                .as(what + ", which we refuse with " + reason)
                .isInstanceOf(Exception.class);
    }

    @Test
    void livekitsOwnReceiverAcceptsTheGoodOne() {
        String good = Signing.sign(BODY, Instant.now().getEpochSecond());

        assertThat(sdk().receive(new String(BODY, UTF_8), good).getEvent()).isEqualTo("room_started");
    }

    @Test
    void acceptsWhatLivekitsSdkForJavaSigns() {
        long now = System.currentTimeMillis();
        var token = new AccessToken(API_KEY, API_SECRET);
        token.setSha256(Signing.digest(BODY));

        Verdict verdict = verifier.verify(token.toJwt(), now);

        assertThat(verdict).isInstanceOf(Signed.class);
        assertThat(TokenVerifier.matches((Signed) verdict, BODY)).isTrue();
    }

    private static WebhookReceiver sdk() {
        return new WebhookReceiver(API_KEY, API_SECRET);
    }

    private Verdict verify(@Nullable String authorization) {
        return verifier.verify(authorization, NOW * 1000);
    }

    private static String signedClaims(String claims) {
        return Signing.sign(HS256, claims, API_SECRET, "HmacSHA256");
    }
}
