package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.web.EdgeApplication;
import io.rollcall.kit.web.WireClient;
import io.rollcall.kit.web.WireClient.Answer;
import io.rollcall.kittest.SigningKey;
import io.rollcall.kittest.TestIssuer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The issuer's keys: exchanged, away, slow, broken. */
class IssuerTest {

    private final TestIssuer issuer = TestIssuer.start();
    private @Nullable ConfigurableApplicationContext service;
    private WireClient client = new WireClient(0);

    @AfterEach
    void end() {
        if (service != null) {
            service.close();
        }
        issuer.close();
    }

    private void start(String... more) {
        // What is said later counts.
        var arguments = new LinkedHashMap<String, String>();
        Stream.of(
                        Stream.of(
                                "--server.port=0",
                                "--management.server.port=0",
                                "--spring.application.name=ws-gateway",
                                "--rollcall.auth.keys.interval=100ms",
                                "--rollcall.auth.keys.timeout=500ms"),
                        Stream.of(issuer.arguments()),
                        Stream.of(more))
                .flatMap(it -> it)
                .forEach(it -> arguments.put(it.substring(0, it.indexOf('=')), it));
        service = new SpringApplicationBuilder(EdgeApplication.class)
                .run(arguments.values().toArray(String[]::new));
        client = new WireClient(service.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
    }

    private Answer ask(String token) {
        return client.get("/v1/realtime/sessions", "Authorization: Bearer " + token);
    }

    private int status(String token) {
        return ask(token).status();
    }

    private void becomes(String token, int status) {
        await().atMost(Duration.ofSeconds(20)).until(() -> status(token) == status);
    }

    private static void isUnavailable(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After"))))
                .isPositive();
        assertThat(answer.header("WWW-Authenticate")).isNull();
        assertThat(answer.json().at("/error/message").asString())
                .isEqualTo("The token cannot be checked now: its issuer does not answer.");
    }

    @Test
    void newKeysAreTakenAndOldOnesNoLongerWithoutARestart() {
        start("--rollcall.auth.keys.lifetime=3s");
        String before = issuer.token("alice").signed();
        assertThat(status(before)).isEqualTo(200);

        issuer.rotate();
        String after = issuer.token("alice").signed();

        assertThat(status(after)).isEqualTo(200);
        assertThat(status(issuer.ecToken("alice").signed())).isEqualTo(200);
        assertThat(status(before)).isEqualTo(401);
    }

    @Test
    void keysAreRenewedThoughNobodyComesWithAnUnknownOne() {
        start("--rollcall.auth.keys.lifetime=2s");
        String before = issuer.token("alice").signed();
        assertThat(status(before)).isEqualTo(200);

        issuer.rotate();

        becomes(before, 401);
    }

    @Test
    void aFloodOfUnknownKeysIsNotPassedOn() {
        start("--rollcall.auth.keys.interval=1m", "--rollcall.auth.keys.lifetime=10m");
        assertThat(status(issuer.token("alice").signed())).isEqualTo(200);
        SigningKey stranger = SigningKey.rsa("stranger");

        List<Integer> answers = IntStream.range(0, 50)
                .map(i -> status(issuer.token("alice", stranger)
                        .header("kid", "unknown-" + i)
                        .signed()))
                .boxed()
                .distinct()
                .toList();

        assertThat(answers).containsExactly(401);
        assertThat(issuer.keyRequests()).isLessThanOrEqualTo(2);
        assertThat(status(issuer.token("alice").signed())).isEqualTo(200);
    }

    @Test
    void whatIsNoSignatureOfOursIsNotPassedOnEither() {
        start();
        assertThat(status(issuer.token("alice").signed())).isEqualTo(200);
        int before = issuer.keyRequests();

        assertThat(status(issuer.token("a").header("alg", "HS256").signedWith(new byte[32])))
                .isEqualTo(401);
        assertThat(status(issuer.token("a").header("alg", "none").unsigned())).isEqualTo(401);
        assertThat(status(issuer.token("a").signedBy(SigningKey.rsa("rsa-0")))).isEqualTo(401);

        assertThat(issuer.keyRequests()).isEqualTo(before);
    }

    @Test
    void whileTheIssuerIsAwayAtTheStartTokensCannotBeChecked() {
        issuer.goAway();
        start();
        String token = issuer.token("alice").signed();

        isUnavailable(ask(token));
        assertThat(client.get("/health").status()).isEqualTo(200);
        assertThat(client.get("/v1/realtime/sessions").status()).isEqualTo(401);

        issuer.comeBack();
        becomes(token, 200);
    }

    @Test
    void whileTheIssuerIsAwayLaterTheKnownKeysAreTaken() {
        start("--rollcall.auth.keys.lifetime=2s");
        String known = issuer.token("alice").signed();
        assertThat(status(known)).isEqualTo(200);
        SigningKey rsa = issuer.rsa();

        issuer.goAway();
        issuer.rotate();
        String unknown = issuer.token("alice").signed();

        await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(8)).until(() -> status(known) == 200);
        isUnavailable(ask(unknown));
        assertThat(status(issuer.token("alice", rsa).claim("aud", "others").signed()))
                .isEqualTo(401);

        issuer.comeBack();
        becomes(unknown, 200);
        becomes(known, 401);
    }

    @Test
    void knownKeysAreNotTakenForEver() {
        start("--rollcall.auth.keys.lifetime=2s", "--rollcall.auth.keys.outage=3s");
        String known = issuer.token("alice").signed();
        assertThat(status(known)).isEqualTo(200);

        issuer.goAway();

        becomes(known, 503);
    }

    @Test
    void aSilentIssuerHoldsNobodyUpForLong() {
        issuer.keepSilent();
        start();
        String token = issuer.token("alice").signed();

        long began = System.nanoTime();
        isUnavailable(ask(token));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));

        issuer.comeBack();
        becomes(token, 200);
    }

    @Test
    void whileTheIssuerIsSilentACrowdWithUnknownKeysIsTurnedAwayAndKnownOnesAreServed() throws Exception {
        start("--rollcall.auth.keys.timeout=2s", "--rollcall.auth.keys.interval=10ms");
        String known = issuer.token("alice").signed();
        assertThat(status(known)).isEqualTo(200);
        issuer.keepSilent();
        SigningKey stranger = SigningKey.rsa("stranger");
        String unknown = issuer.token("alice", stranger).signed();
        assertThat(status(unknown)).isEqualTo(503);

        try (var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            List<Future<Integer>> answers = IntStream.range(0, 200)
                    .mapToObj(_ -> crowd.submit(() -> status(unknown)))
                    .toList();
            assertThat(status(known)).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(503);
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

        isUnavailable(ask(token));

        issuer.comeBack();
        becomes(token, 200);
    }

    @Test
    void anIssuerThatAnswersWithoutEndIsAsGoodAsAway() {
        issuer.answer("{\"keys\":[],\"more\":\"" + "x".repeat(1 << 20) + "\"}");
        start("--rollcall.auth.jwks-url=" + issuer.keysUrl());

        isUnavailable(ask(issuer.token("alice").signed()));
    }

    @Test
    void keysMayBeElsewhereThanTheIssuerSays() {
        start("--rollcall.auth.issuer=https://id.example.org/realms/r", "--rollcall.auth.jwks-url=" + issuer.keysUrl());

        assertThat(status(issuer.token("alice")
                        .claim("iss", "https://id.example.org/realms/r")
                        .signed()))
                .isEqualTo(200);
        assertThat(status(issuer.token("alice").signed())).isEqualTo(401);
    }
}
