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
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of the issuer at the gateway: on its sockets, and at its HTTP edge. Times are the real clock's. */
class IssuedTokensTest {

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final Duration LEEWAY = Duration.ofSeconds(30);
    private static final SigningKey STRANGER = SigningKey.rsa("rsa-0");
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
                                        "--rollcall.auth.keys.interval=50ms",
                                        "--rollcall.auth.leeway=" + LEEWAY.toSeconds() + "s",
                                        "--rollcall.gateway.auth-enabled=true",
                                        "--rollcall.gateway.times.refresh-grace=1s",
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
                "/js/sign-in.js",
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

    // Statistics

    @Test
    void statisticsAreForWhoHasAToken() throws IOException {
        String ann = ISSUER.token("ann").signed();
        try (StatsClient client = new StatsClient(gateway.port(), "?access_token=" + ann)) {
            assertThat(client.first("STREAM_STATS", it -> true).has("source_stats"))
                    .isTrue();
        }
        assertThat(StatsClient.refused(gateway.port(), "")).isEqualTo(401);
        assertThat(StatsClient.refused(gateway.port(), "?access_token=abc")).isEqualTo(401);
        assertThat(StatsClient.refused(
                        gateway.port(), "?access_token=" + ISSUER.token("ann").signedBy(STRANGER)))
                .isEqualTo(401);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("""
                            GET /ws/stream/stats HTTP/1.1\r
                            Host: localhost\r
                            Upgrade: websocket\r
                            Connection: Upgrade, close\r
                            Sec-WebSocket-Version: 13\r
                            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
                            \r
                            """.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 401")
                    .contains("application/json")
                    .contains("{\"error\":\"Unauthorized\"}");
        }
    }

    @Test
    void aTokenOfAnAgencyHearsOfThisAgencyOnly() {
        String mine = "METRO-" + UUID.randomUUID();
        String other = "BUS-" + UUID.randomUUID();
        String ofMine = ISSUER.token("ann").claim("agency", mine).signed();
        String ofAll = ISSUER.token("ben")
                .claim("agency", mine)
                .claim("scope", "feeds")
                .signed();
        String query = "?access_token=" + ofMine;
        try (StatsLog streams = new StatsLog(KafkaCluster.shared().bootstrapServers(), REGISTRY);
                StatsClient narrowed = new StatsClient(gateway.port(), query);
                StatsClient asked = new StatsClient(gateway.port(), query + "&source=" + mine);
                StatsClient all = new StatsClient(gateway.port(), "?source=" + other + "&access_token=" + ofAll)) {
            streams.limit(other, 5);
            var _ = all.first("AGENCY_LIMIT_UPDATE", it -> true);
            streams.limit(mine, 5);

            var _ = asked.first("AGENCY_LIMIT_UPDATE", it -> true);
            assertThat(narrowed.first("AGENCY_LIMIT_UPDATE", it -> true)
                            .path("source")
                            .asString())
                    .isEqualTo(mine);
        }
        assertThat(StatsClient.refused(gateway.port(), query + "&source=" + mine + "&source=" + other))
                .isEqualTo(403);
        assertThat(decisions(mine, ofMine).statusCode()).isEqualTo(200);
        assertThat(decisions(other, ofMine).statusCode()).isEqualTo(403);
        assertThat(decisions(other, ofAll).body()).contains("LIMIT_CHANGED");
        assertThat(decisions(other, "abc").statusCode()).isEqualTo(401);
    }

    private static HttpResponse<String> decisions(String agency, String token) {
        return gateway.get("/dashboard/decisions?source=" + agency, "Authorization", "Bearer " + token);
    }

    @Test
    void statisticsEndWithTheToken() {
        String token = Tokens.of(
                Map.of("sub", "ann", "exp", Instant.now().plusSeconds(2).getEpochSecond()));
        try (StatsClient client = new StatsClient(gateway.port(), "?access_token=" + token)) {
            assertThat(client.closeCode()).isEqualTo(3005);
        }
    }

    @Test
    void theFeedOfAllStatisticsNeedsTheScope() {
        try (Client client = new Client(gateway.port())) {
            client.connect(ISSUER.token("ann").claim("agency", "METRO").signed());
            var _ = client.reply(1);
            client.send("{\"id\":2,\"subscribe\":{\"channel\":\"stats\"}}");
            assertThat(client.reply(2).path("error").path("code").asInt()).isEqualTo(103);
            assertThat(client.subscribe(3, "agencies:METRO").isMissingNode()).isFalse();
            client.send("{\"id\":4,\"subscribe\":{\"channel\":\"agencies:BUS\"}}");
            assertThat(client.reply(4).path("error").path("code").asInt()).isEqualTo(103);
        }
    }

    // Sockets

    static Stream<Arguments> fit() {
        TestToken ann = ISSUER.token("ann").claim("scope", "openid feeds");
        return Stream.of(
                Arguments.of("the scope", ann.signed()),
                Arguments.of(
                        "an elliptic curve",
                        ISSUER.ecToken("ann").claim("scope", "feeds").signed()),
                Arguments.of("an admin", ISSUER.adminToken("root").signed()),
                Arguments.of(
                        "expired within the leeway",
                        ann.claim("iat", null)
                                .time("exp", Duration.ofSeconds(-1))
                                .signed()),
                Arguments.of("one of the gateway's own", Tokens.of(Map.of("sub", "ann", "scope", "feeds"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fit")
    void aFitTokenConnectsAndReadsTheFeeds(String what, String token) {
        try (var client = new Client(gateway.port())) {
            client.connect(token);
            assertThat(client.reply(1).path("connect").path("client").asString())
                    .isNotEmpty();

            assertThat(client.subscribe(2, "rooms:*").path("recoverable").asBoolean())
                    .isTrue();
        }
    }

    static Stream<Arguments> unfit() {
        TestToken ann = ISSUER.token("ann").claim("scope", "feeds");
        TestToken expired = ann.claim("iat", null).time("exp", Duration.ofSeconds(-70));
        return Stream.of(
                Arguments.of("forged", ann.signedBy(STRANGER)),
                Arguments.of(
                        "an unknown key",
                        ISSUER.token("ann", SigningKey.rsa("unknown")).signed()),
                Arguments.of("alg none", ann.header("alg", "none").unsigned()),
                Arguments.of(
                        "HS256 with the public key",
                        ann.header("alg", "HS256").signedWith(ISSUER.rsa().publicBytes())),
                Arguments.of("another audience", ann.claim("aud", "others").signed()),
                Arguments.of(
                        "another issuer", ann.claim("iss", "http://127.0.0.1:1").signed()),
                Arguments.of("without an end", ann.claim("exp", null).signed()),
                Arguments.of("not yet", ann.time("nbf", Duration.ofSeconds(70)).signed()),
                Arguments.of("for one channel", ann.claim("channel", "rooms:a").signed()),
                Arguments.of("expired and forged", expired.signedBy(STRANGER)),
                Arguments.of(
                        "expired and for others", expired.claim("aud", "others").signed()),
                Arguments.of("no JWT", "abc"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfit")
    void anUnfitTokenEndsTheConnection(String what, String token) {
        try (var client = new Client(gateway.port())) {
            client.connect(token);

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void anExpiredTokenIsAnErrorThatTheClientCanMend() {
        String expired = ISSUER.token("ann")
                .claim("iat", null)
                .time("exp", Duration.ofSeconds(-70))
                .signed();
        try (var client = new Client(gateway.port())) {
            client.connect(expired);

            assertThat(errorOf(client, 1)).isEqualTo(109);
        }
        HttpResponse<String> snapshot = snapshot(expired);
        assertThat(snapshot.statusCode()).isEqualTo(401);
        assertThat(snapshot.body()).contains("The token has expired.");
    }

    @Test
    void aTokenWithoutTheScopeReadsNoFeedButThoseOfItsAgency() {
        String room = "room-" + UUID.randomUUID();
        var _ = log.opened(room, "METRO");
        String token = ISSUER.token("ann").claim("agency", "METRO").signed();
        await().until(() -> snapshot(token).body().contains(room));

        try (var client = new Client(gateway.port())) {
            client.connect(token);
            assertThat(client.reply(1).has("connect")).isTrue();

            client.send("{\"id\":2,\"subscribe\":{\"channel\":\"rooms:*\"}}");
            assertThat(errorOf(client, 2)).isEqualTo(103);
            assertThat(client.subscribe(3, "rooms:" + room).path("recoverable").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void theChannelsOfTheTokenComeByThemselves() {
        String channel = "rooms:room-" + UUID.randomUUID();
        try (var client = new Client(gateway.port())) {
            client.connect(
                    ISSUER.token("ann").claim("channels", List.of(channel)).signed());

            assertThat(client.reply(1).path("connect").path("subs").has(channel))
                    .isTrue();
        }
    }

    @Test
    void aTokenOfASubscriptionOpensItsChannelForItsUserOnly() {
        String channel = "rooms:room-" + UUID.randomUUID();
        TestToken token = ISSUER.token("ann").claim("channel", channel);
        try (var client = new Client(gateway.port())) {
            client.connect(ISSUER.token("ann").signed());

            client.send(subscribe(2, channel, token.claim("channel", null).signed()));
            assertThat(errorOf(client, 2)).isEqualTo(103);
            client.send(subscribe(3, channel, token.signed()));
            assertThat(client.reply(3).path("subscribe").path("expires").asBoolean())
                    .isTrue();
            client.send(subscribe(4, channel + "-2", token.signed()));

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void aConnectionLastsAsLongAsItsTokenAndTheLeeway() {
        TestToken ann = ISSUER.token("ann").claim("iat", null);
        String ending = ann.time("exp", LEEWAY.negated().plusSeconds(2)).signed();
        try (var refreshed = new Client(gateway.port());
                var forgotten = new Client(gateway.port())) {
            refreshed.connect(ending);
            forgotten.connect(ending);
            assertThat(refreshed.reply(1).path("connect").path("ttl").asInt()).isBetween(1, 2);
            refreshed.send("{\"id\":2,\"refresh\":{\"token\":\"" + ann.signed() + "\"}}");
            assertThat(refreshed.reply(2).path("refresh").path("ttl").asInt()).isBetween(300, 330);

            assertThat(forgotten.closeCode()).isEqualTo(3005);

            assertThat(refreshed.isOpen()).isTrue();
        }
    }

    private static int errorOf(Client client, int id) {
        return client.reply(id).path("error").path("code").asInt();
    }

    private static String subscribe(int id, String channel, String token) {
        return "{\"id\":" + id + ",\"subscribe\":{\"channel\":\"" + channel + "\",\"token\":\"" + token + "\"}}";
    }

    // The snapshot

    @Test
    void howOneSignsInIsToldToEverybody() {
        HttpResponse<String> answer = gateway.get("/dashboard/sign-in");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"required\":true,\"issuer\":\"" + ISSUER.url() + "\",\"audience\":[\"rollcall\"]}");
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
            try (var client = new Client(gateway.port())) {
                client.connect(ISSUER.token("ann", SigningKey.rsa("new")).signed());
                assertThat(client.reply(1).path("error").path("temporary").asBoolean())
                        .isTrue();
            }
        } finally {
            ISSUER.comeBack();
            await().until(() ->
                    snapshot(ISSUER.token("ann", SigningKey.rsa("new")).signed())
                                    .statusCode()
                            == 401);
        }
    }
}
