package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.tokens.Tokens;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.SigningKey;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.kittest.TestToken;
import io.rollcall.schemas.Topics;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of the issuer at the gateway's HTTP edge. */
class IssuedTokensTest {

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final TestIssuer ISSUER = TestIssuer.start();
    private static RunningGateway gateway;
    private static RoomLog log;

    @BeforeAll
    static void start() {
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        log = new RoomLog(cluster.bootstrapServers(), REGISTRY);
        gateway = RunningGateway.start(
                cluster.bootstrapServers(),
                REGISTRY,
                Stream.concat(
                                Stream.of(ISSUER.arguments()),
                                Stream.of(
                                        "--rollcall.gateway.auth-enabled=true",
                                        "--rollcall.gateway.token-secret=" + Tokens.SECRET))
                        .toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        log.close();
        ISSUER.close();
    }

    private static HttpResponse<String> snapshot(String token) {
        return gateway.get("/dashboard/snapshot", "Authorization", "bearer " + token);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/js/main.js",
                "/css/page.css",
                "/icon.svg",
                "/vendor/centrifuge/centrifuge.js"
            })
    void thePageIsForEverybody(String path) {
        assertThat(gateway.get(path).statusCode()).isEqualTo(200);
        assertThat(gateway.get(path, "Authorization", "Bearer abc").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/dashboard", "/dashboard/snapshot/x", "/error"})
    void nothingElseIs(String path) {
        assertThat(gateway.get(path).statusCode()).isEqualTo(401);
    }

    @Test
    void theSnapshotNeedsAToken() {
        HttpResponse<String> none = gateway.get("/dashboard/snapshot");

        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(snapshot(ISSUER.token("ann").claim("aud", "others").signed()).statusCode())
                .isEqualTo(401);
        assertThat(snapshot(ISSUER.token("ann").signedBy(SigningKey.rsa("rsa-0")))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void whoMaySeeTheFeedsSeesTheRooms() {
        String room = "room-" + UUID.randomUUID();
        var _ = log.joined(room, "Ben");
        TestToken ann = ISSUER.token("ann");

        for (String token : List.of(
                ISSUER.adminToken("root").signed(),
                ann.claim("scope", "openid feeds").signed(),
                Tokens.of(Map.of("sub", "ann", "scope", "feeds")))) {
            await().until(() -> snapshot(token).body().contains(room));
        }
        assertThat(snapshot(ann.signed()).statusCode()).isEqualTo(200);
        assertThat(snapshot(ann.signed()).body()).doesNotContain(room);
        assertThat(snapshot(ann.claim("agency", "ANOTHER").signed()).body()).doesNotContain(room);
    }

    @Test
    void aTokenThatCannotBeCheckedNowIsNotRefused() {
        ISSUER.goAway();
        try {
            HttpResponse<String> answer =
                    snapshot(ISSUER.token("ann", SigningKey.rsa("new")).signed());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        } finally {
            ISSUER.comeBack();
        }
    }
}
