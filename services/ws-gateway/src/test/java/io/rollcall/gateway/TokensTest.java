package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.tokens.Tokens;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who may connect and see what, on real sockets with authentication on. Times are the real clock's. */
class TokensTest {

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static RunningGateway gateway;
    private static RoomLog log;
    private static StatsLog cameras;

    private final String room = "room-" + UUID.randomUUID();
    private final String channel = "rooms:" + room;

    @BeforeAll
    static void start() {
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        log = new RoomLog(cluster.bootstrapServers(), REGISTRY);
        cameras = new StatsLog(cluster.bootstrapServers(), REGISTRY);
        gateway = RunningGateway.start(
                cluster.bootstrapServers(),
                REGISTRY,
                "--rollcall.gateway.auth-enabled=true",
                "--rollcall.gateway.token-secret=" + Tokens.SECRET,
                "--rollcall.gateway.times.refresh-grace=1s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        log.close();
        cameras.close();
    }

    @Test
    void withoutATokenNobodyIsLetIn() {
        try (var client = new Client(gateway.port())) {
            client.send("{\"id\":1,\"connect\":{}}");

            assertThat(client.closeCode()).isEqualTo(3500);
        }
        assertThat(gateway.get("/dashboard/snapshot").statusCode()).isEqualTo(401);
    }

    @Test
    void theTokenMayBeInTheHeaderOfTheHandshake() {
        try (var client = new Client(gateway.port(), "Bearer " + Tokens.of(Map.of("sub", "ann")));
                var another = new Client(gateway.port(), "Bearer rubbish")) {
            client.send("{\"id\":1,\"connect\":{}}");
            another.send("{\"id\":1,\"connect\":{}}");

            assertThat(client.reply(1).has("connect")).isTrue();
            assertThat(another.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void aTokenOfAnotherKeyIsRefused() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.signedWith("another-secret-that-is-long-enough-too", Map.of("sub", "ann")));

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.unsigned(Map.of("sub", "ann")));

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void anExpiredTokenIsAnErrorThatTheClientCanMend() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann", "exp", in(-10))));

            assertThat(client.reply(1).path("error").path("code").asInt()).isEqualTo(109);
        }
    }

    @Test
    void aTokenSaysWhatItsUserMaySee() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann")));
            assertThat(client.reply(1).has("connect")).isTrue();

            client.send("{\"id\":2,\"subscribe\":{\"channel\":\"rooms:*\"}}");

            assertThat(client.reply(2).path("error").path("code").asInt()).isEqualTo(103);
        }
    }

    @Test
    void theSnapshotTakesTheSameToken() {
        var _ = log.opened(room, "METRO");

        var answer = gateway.get("/dashboard/snapshot", "Authorization", "Bearer " + Tokens.of(Map.of("sub", "ann")));
        var another = gateway.get("/dashboard/snapshot", "Authorization", "Bearer rubbish");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain(room);
        assertThat(another.statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenOfASubscriptionOpensItsChannelAndNoOther() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann")));
            String token = Tokens.of(Map.of("sub", "ann", "channel", channel));

            client.send(subscribe(2, channel, token));
            assertThat(client.reply(2).path("subscribe").path("recoverable").asBoolean())
                    .isTrue();
            var _ = log.joined(room, "Ben");
            assertThat(client.publications(channel, 1)).hasSize(1);
            client.send(subscribe(3, "rooms:another", token));

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void aTokenOfAnothersSubscriptionEndsTheConnection() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann")));

            client.send(subscribe(2, channel, Tokens.of(Map.of("sub", "ben", "channel", channel))));

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void aTokenThatIsNoneIsAnError() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann")));

            client.send(subscribe(2, channel, "rubbish"));

            assertThat(client.reply(2).path("error").path("code").asInt()).isEqualTo(103);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void theTokensChannelsComeByThemselves() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann", "channels", List.of(channel))));

            assertThat(client.reply(1).path("connect").path("subs").has(channel))
                    .isTrue();
            var _ = log.joined(room, "Ben");
            assertThat(client.publications(channel, 1)).hasSize(1);
        }
    }

    @Test
    void aConnectionWhoseTokenIsNotRefreshedEndsAndOneThatIsGoesOn() {
        try (var refreshed = new Client(gateway.port());
                var forgotten = new Client(gateway.port())) {
            long soon = in(2);
            refreshed.connect(Tokens.of(Map.of("sub", "ann", "exp", soon)));
            forgotten.connect(Tokens.of(Map.of("sub", "ben", "exp", soon)));
            JsonNode connected = refreshed.reply(1).path("connect");
            assertThat(connected.path("expires").asBoolean()).isTrue();
            assertThat(connected.path("ttl").asInt()).isBetween(1, 2);
            refreshed.send(
                    "{\"id\":2,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ann", "exp", in(600))) + "\"}}");
            assertThat(refreshed.reply(2).path("refresh").path("ttl").asInt()).isBetween(500, 600);

            assertThat(forgotten.closeCode()).isEqualTo(3005);

            refreshed.send("{\"id\":3,\"ping\":{}}");
            assertThat(refreshed.reply(3).has("ping")).isTrue();
        }
    }

    @Test
    void aSubscriptionWhoseTokenIsNotRefreshedEndsAndTheConnectionStays() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann")));
            client.send(subscribe(2, channel, Tokens.of(Map.of("sub", "ann", "channel", channel, "exp", in(2)))));
            assertThat(client.reply(2).path("subscribe").path("expires").asBoolean())
                    .isTrue();

            assertThat(client.unsubscribed(channel).path("code").asInt()).isEqualTo(2501);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void aRefreshOfAnotherUserEndsTheConnection() {
        try (var client = new Client(gateway.port())) {
            client.connect(Tokens.of(Map.of("sub", "ann", "exp", in(600))));

            client.send(
                    "{\"id\":2,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ben", "exp", in(600))) + "\"}}");

            assertThat(client.closeCode()).isEqualTo(3500);
        }
    }

    @Test
    void whoMayNotSeeACameraWhereItIsNowHearsOfItNoMore() {
        String camera = "cam-" + UUID.randomUUID();
        String feed = "cameras:" + camera;
        cameras.camera(camera, "Gate", "METRO", CameraStatus.ONLINE);
        try (var metro = new Client(gateway.port());
                var both = new Client(gateway.port());
                var named = new Client(gateway.port());
                var everything = new Client(gateway.port())) {
            metro.connect(Tokens.of(Map.of("sub", "ann", "agency", "METRO")));
            both.connect(Tokens.of(Map.of("sub", "ben", "agencies", List.of("METRO", "BUS"))));
            named.connect(Tokens.of(Map.of("sub", "cid", "channels", List.of(feed))));
            everything.connect(Tokens.of(Map.of("sub", "dan", "scope", "feeds")));
            var _ = everything.subscribe(2, feed);
            var _ = everything.publications(feed, 1);
            var _ = metro.subscribe(2, feed);
            var _ = both.subscribe(2, feed);
            for (Client client : List.of(metro, both, named, everything)) {
                assertThat(agency(client.publications(feed, 1).getFirst())).isEqualTo("METRO");
            }

            cameras.camera(camera, "Gate", "BUS", CameraStatus.ONLINE);

            JsonNode ended = metro.unsubscribed(feed);
            assertThat(ended.path("code").asInt()).isEqualTo(2000);
            for (Client client : List.of(both, named, everything)) {
                await().until(() -> agency(client.publications(feed).getLast()).equals("BUS"));
            }
            assertThat(metro.publications(feed)).allMatch(it -> agency(it).equals("METRO"));
            assertThat(metro.isOpen()).isTrue();
            metro.send("{\"id\":3,\"subscribe\":{\"channel\":\"" + feed + "\"}}");
            assertThat(metro.reply(3).path("error").path("code").asInt()).isEqualTo(103);
        }
    }

    @Test
    void whoMayNotSeeARoomThatIsAnotherAgencysNowHearsOfItNoMore() {
        var _ = log.opened(room, "METRO");
        try (var everything = new Client(gateway.port());
                var metro = new Client(gateway.port());
                var named = new Client(gateway.port())) {
            everything.connect(Tokens.of(Map.of("sub", "dan", "scope", "feeds")));
            var _ = everything.subscribe(2, channel);
            var _ = log.joined(room, "Ann");
            var _ = everything.publications(channel, 1);
            metro.connect(Tokens.of(Map.of("sub", "ann", "agency", "METRO")));
            named.connect(Tokens.of(Map.of("sub", "cid", "channels", List.of(channel))));
            var _ = named.reply(1);
            // The state topic may be read a moment later than the events.
            var id = new AtomicInteger(10);
            await().until(() -> metro.subscribe(id.incrementAndGet(), channel).isObject());

            log.moved(room, "BUS");
            assertThat(metro.unsubscribed(channel).path("code").asInt()).isEqualTo(2000);
            var _ = log.joined(room, "Ben");

            var _ = everything.publications(channel, 2);
            var _ = named.publications(channel, 1);
            assertThat(metro.publications(channel)).isEmpty();
            assertThat(metro.isOpen()).isTrue();
            metro.send("{\"id\":3,\"subscribe\":{\"channel\":\"" + channel + "\"}}");
            assertThat(metro.reply(3).path("error").path("code").asInt()).isEqualTo(103);
        }
    }

    private static String agency(JsonNode publication) {
        return publication.path("data").path("data").path("source").asString();
    }

    private static long in(int seconds) {
        return Instant.now().plusSeconds(seconds).getEpochSecond();
    }

    private static String subscribe(int id, String channel, String token) {
        return "{\"id\":" + id + ",\"subscribe\":{\"channel\":\"" + channel + "\",\"token\":\"" + token + "\"}}";
    }
}
