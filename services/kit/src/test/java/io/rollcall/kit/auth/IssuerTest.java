package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.auth.IssuedTokens.Verdict.Invalid;
import io.rollcall.kit.auth.IssuedTokens.Verdict.Unknown;
import io.rollcall.kit.auth.IssuedTokens.Verdict.Valid;
import io.rollcall.kittest.SigningKey;
import io.rollcall.kittest.TestIssuer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The issuer's keys: exchanged, away, slow, broken. What a caller hears of that is for {@link AuthTest}. */
class IssuerTest {

    private final TestIssuer issuer = TestIssuer.start();
    private @Nullable IssuerKeys keys;
    private @Nullable IssuedTokens tokens;

    @AfterEach
    void end() throws IOException {
        if (keys != null) {
            keys.close();
        }
        issuer.close();
    }

    private void start(String... more) {
        var given = new MapConfigurationPropertySource();
        Stream.of(
                        Stream.of("--rollcall.auth.keys.interval=100ms", "--rollcall.auth.keys.timeout=500ms"),
                        Stream.of(issuer.arguments()),
                        Stream.of(more))
                .flatMap(it -> it)
                // What is said later counts.
                .forEach(it ->
                        given.put(it.substring("--".length(), it.indexOf('=')), it.substring(it.indexOf('=') + 1)));
        AuthSettings settings =
                new Binder(given).bind("rollcall.auth", AuthSettings.class).get();
        keys = new IssuerKeys(settings);
        tokens = new IssuedTokens(TokenDecoder.of(settings, keys), settings);
    }

    private Class<?> verdict(String token) {
        return Objects.requireNonNull(tokens).check(token).getClass();
    }

    private void becomes(String token, Class<?> verdict) {
        await().atMost(Duration.ofSeconds(20)).until(() -> verdict(token) == verdict);
    }

    @Test
    void newKeysAreTakenAndOldOnesNoLongerWithoutARestart() {
        start("--rollcall.auth.keys.lifetime=3s");
        String before = issuer.token("alice").signed();
        assertThat(verdict(before)).isEqualTo(Valid.class);

        issuer.rotate();
        String after = issuer.token("alice").signed();

        assertThat(verdict(after)).isEqualTo(Valid.class);
        assertThat(verdict(issuer.ecToken("alice").signed())).isEqualTo(Valid.class);
        assertThat(verdict(before)).isEqualTo(Invalid.class);
    }

    @Test
    void keysAreRenewedThoughNobodyComesWithAnUnknownOne() {
        start("--rollcall.auth.keys.lifetime=2s");
        String before = issuer.token("alice").signed();
        assertThat(verdict(before)).isEqualTo(Valid.class);

        issuer.rotate();

        becomes(before, Invalid.class);
    }

    @Test
    void aFloodOfUnknownKeysIsNotPassedOn() {
        start("--rollcall.auth.keys.interval=1m", "--rollcall.auth.keys.lifetime=10m");
        assertThat(verdict(issuer.token("alice").signed())).isEqualTo(Valid.class);
        SigningKey stranger = SigningKey.rsa("stranger");

        for (int i = 0; i < 50; i++) {
            String token = issuer.token("alice", stranger)
                    .header("kid", "unknown-" + i)
                    .signed();
            assertThat(verdict(token)).isEqualTo(Invalid.class);
        }
        assertThat(issuer.keyRequests()).isLessThanOrEqualTo(2);
        assertThat(verdict(issuer.token("alice").signed())).isEqualTo(Valid.class);
    }

    @Test
    void whatIsNoSignatureOfOursIsNotPassedOnEither() {
        start();
        assertThat(verdict(issuer.token("alice").signed())).isEqualTo(Valid.class);
        int before = issuer.keyRequests();

        assertThat(verdict(issuer.token("a").header("alg", "HS256").signedWith(new byte[32])))
                .isEqualTo(Invalid.class);
        assertThat(verdict(issuer.token("a").header("alg", "none").unsigned())).isEqualTo(Invalid.class);
        assertThat(verdict(issuer.token("a").signedBy(SigningKey.rsa("rsa-0")))).isEqualTo(Invalid.class);

        assertThat(issuer.keyRequests()).isEqualTo(before);
    }

    @Test
    void whileTheIssuerIsAwayAtTheStartTokensCannotBeChecked() {
        issuer.goAway();
        start();
        String token = issuer.token("alice").signed();

        assertThat(verdict(token)).isEqualTo(Unknown.class);

        issuer.comeBack();
        becomes(token, Valid.class);
    }

    @Test
    void whileTheIssuerIsAwayLaterTheKnownKeysAreTaken() {
        start("--rollcall.auth.keys.lifetime=2s");
        String known = issuer.token("alice").signed();
        assertThat(verdict(known)).isEqualTo(Valid.class);
        SigningKey rsa = issuer.rsa();

        issuer.goAway();
        issuer.rotate();
        String unknown = issuer.token("alice").signed();

        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(8)).until(() -> verdict(known) == Valid.class);
        assertThat(verdict(unknown)).isEqualTo(Unknown.class);
        assertThat(verdict(issuer.token("alice", rsa).claim("aud", "others").signed()))
                .isEqualTo(Invalid.class);

        issuer.comeBack();
        becomes(unknown, Valid.class);
        becomes(known, Invalid.class);
    }

    @Test
    void knownKeysAreNotTakenForEver() {
        start("--rollcall.auth.keys.lifetime=2s", "--rollcall.auth.keys.outage=3s");
        String known = issuer.token("alice").signed();
        assertThat(verdict(known)).isEqualTo(Valid.class);

        issuer.goAway();

        becomes(known, Unknown.class);
    }

    @Test
    void aSilentIssuerHoldsNobodyUpForLong() {
        issuer.keepSilent();
        start();
        String token = issuer.token("alice").signed();

        long began = System.nanoTime();
        assertThat(verdict(token)).isEqualTo(Unknown.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));

        issuer.comeBack();
        becomes(token, Valid.class);
    }

    @Test
    void whileTheIssuerIsSilentACrowdWithUnknownKeysIsTurnedAwayAndKnownOnesAreServed() throws Exception {
        start("--rollcall.auth.keys.timeout=2s", "--rollcall.auth.keys.interval=10ms");
        String known = issuer.token("alice").signed();
        assertThat(verdict(known)).isEqualTo(Valid.class);
        issuer.keepSilent();
        SigningKey stranger = SigningKey.rsa("stranger");
        String unknown = issuer.token("alice", stranger).signed();
        assertThat(verdict(unknown)).isEqualTo(Unknown.class);

        try (var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            List<Future<Class<?>>> answers = IntStream.range(0, 200)
                    .mapToObj(_ -> crowd.<Class<?>>submit(() -> verdict(unknown)))
                    .toList();
            assertThat(verdict(known)).isEqualTo(Valid.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            for (Future<Class<?>> answer : answers) {
                assertThat(answer.get()).isEqualTo(Unknown.class);
            }
            // Were they to queue, each would wait for the time-out of the one before.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>Bad gateway</html>",
                "{}",
                "{\"keys\":7}",
                "{\"issuer\":\"http://127.0.0.1:1\",\"jwks_uri\":\"http://127.0.0.1:1/keys\"}"
            })
    void anIssuerThatAnswersNonsenseIsAsGoodAsAway(String words) {
        issuer.answer(words);
        start();
        String token = issuer.token("alice").signed();

        assertThat(verdict(token)).isEqualTo(Unknown.class);

        issuer.comeBack();
        becomes(token, Valid.class);
    }

    @Test
    void anIssuerThatAnswersWithoutEndIsAsGoodAsAway() {
        issuer.answer("{\"keys\":[],\"more\":\"" + "x".repeat(1 << 20) + "\"}");
        start("--rollcall.auth.jwks-url=" + issuer.keysUrl());

        assertThat(verdict(issuer.token("alice").signed())).isEqualTo(Unknown.class);
    }

    @Test
    void keysMayBeElsewhereThanTheIssuerSays() {
        start("--rollcall.auth.issuer=https://id.example.org/realms/r", "--rollcall.auth.jwks-url=" + issuer.keysUrl());

        assertThat(verdict(issuer.token("alice")
                        .claim("iss", "https://id.example.org/realms/r")
                        .signed()))
                .isEqualTo(Valid.class);
        assertThat(verdict(issuer.token("alice").signed())).isEqualTo(Invalid.class);
    }
}
