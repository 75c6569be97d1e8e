package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a real broker and real sockets. Rooms are named anew by every test. */
class GatewayTest {

    private static final String ALL = "rooms:*";

    private static final String HANDSHAKE = """
            GET /connection/websocket HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
            \r
            """;

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static String kafka = "";
    private static RunningGateway gateway;
    private static RoomLog log;

    private final String room = "room-" + UUID.randomUUID();
    private final String channel = "rooms:" + room;

    @BeforeAll
    static void start() {
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        kafka = cluster.bootstrapServers();
        log = new RoomLog(kafka, REGISTRY);
        gateway = RunningGateway.start(
                kafka,
                REGISTRY,
                "--rollcall.gateway.times.connect=2s",
                "--rollcall.gateway.times.close=20s",
                "--rollcall.gateway.times.snapshot=1s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        log.close();
    }

    @Test
    void eventsComeOnBothFeedsAtThePositionsOfTheLog() {
        try (Client client = Client.connected(gateway.port())) {
            JsonNode all = client.subscribe(2, ALL);
            JsonNode one = client.subscribe(3, channel);
            long first = log.joined(room, "Ann");
            long second = log.joined(room, "Ben");

            List<JsonNode> ofRoom = client.publications(channel, 2);
            assertThat(ofRoom).extracting(it -> it.path("offset").asLong()).containsExactly(1L, 2L);
            assertThat(ofRoom.getFirst().path("data").path("type").asString()).isEqualTo("participant_joined");
            assertThat(ofRoom.getFirst().path("data").path("name").asString()).isEqualTo("Ann");
            assertThat(client.publications(ALL, 2))
                    .extracting(it -> it.path("offset").asLong())
                    .containsExactly(first, second);
            assertThat(one.path("recoverable").asBoolean()).isTrue();
            assertThat(one.path("epoch").asString()).isNotEmpty();
            assertThat(all.path("epoch").asString())
                    .isNotEmpty()
                    .isNotEqualTo(one.path("epoch").asString());
            JsonNode history = client.history(4, channel, -1);
            assertThat(history.path("offset").asLong()).isEqualTo(2);
            assertThat(history.path("epoch")).isEqualTo(one.path("epoch"));
            assertThat(history.path("publications").size()).isEqualTo(2);
            assertThat(client.history(5, ALL, 0).path("offset").asLong()).isEqualTo(second);
        }
    }

    /** Six characters of the channel's name for each letter: 1,542 in all. */
    @ParameterizedTest
    @ValueSource(strings = {"\u063a", "a"})
    void aRoomWithTheLongestNameHasAFeedInAnyLetters(String letter) {
        String longest = letter.repeat(256);
        String ofLongest = "rooms:" + URLEncoder.encode(longest, StandardCharsets.UTF_8);
        try (Client client = Client.connected(gateway.port())) {
            var _ = client.subscribe(2, ofLongest);
            var _ = log.joined(longest, "Ann");

            assertThat(client.publications(ofLongest, 1)
                            .getFirst()
                            .path("data")
                            .path("name")
                            .asString())
                    .isEqualTo("Ann");
            client.send("{\"id\":3,\"subscribe\":{\"channel\":\"" + ofLongest + "x\"}}");
            assertThat(client.reply(3).path("error").path("code").asInt()).isEqualTo(107);
        }
    }

    @Test
    void anotherInstanceAndTheSameOneAfterARestartAgreeOnWhereAClientStands() {
        JsonNode one;
        JsonNode all;
        long known;
        try (RunningGateway other = RunningGateway.start(kafka, REGISTRY);
                Client client = Client.connected(gateway.port());
                Client there = Client.connected(other.port())) {
            known = log.joined(room, "Ann");
            one = client.subscribe(2, channel);
            all = client.subscribe(3, ALL);
            JsonNode oneThere = there.subscribe(2, channel);
            JsonNode allThere = there.subscribe(3, ALL);
            assertThat(oneThere.path("epoch")).isEqualTo(one.path("epoch"));
            assertThat(allThere.path("epoch")).isEqualTo(all.path("epoch"));
            long second = log.joined(room, "Ben");
            assertThat(client.publications(ALL, 1).getLast().path("offset").asLong())
                    .isEqualTo(second);
            assertThat(there.publications(ALL, 1).getLast().path("offset").asLong())
                    .isEqualTo(second);
            assertThat(there.publications(channel, 1).getLast())
                    .isEqualTo(client.publications(channel, 1).getLast());
            other.stop();
            assertThat(there.closeCode()).isEqualTo(3001);
        }
        long third = log.joined(room, "Cid");

        try (RunningGateway again = RunningGateway.start(kafka, REGISTRY);
                Client client = Client.connected(again.port())) {
            JsonNode recovered = client.recover(2, channel, one.path("epoch").asString(), 1);
            assertThat(recovered.path("epoch")).isEqualTo(one.path("epoch"));
            assertThat(recovered.path("recovered").asBoolean()).isTrue();
            assertThat(recovered.path("publications"))
                    .extracting(it -> it.path("data").path("name").asString())
                    .containsExactly("Ben", "Cid");
            JsonNode allRecovered = client.recover(3, ALL, all.path("epoch").asString(), known);
            assertThat(allRecovered.path("epoch")).isEqualTo(all.path("epoch"));
            assertThat(allRecovered.path("recovered").asBoolean()).isTrue();
            assertThat(allRecovered.path("publications").size()).isEqualTo(2);
            assertThat(allRecovered.path("publications").path(1).path("offset").asLong())
                    .isEqualTo(third);
            JsonNode foreign = client.recover(4, "rooms:other-" + room, "foreign", 7);
            assertThat(foreign.path("was_recovering").asBoolean()).isTrue();
            assertThat(foreign.path("recovered").asBoolean()).isFalse();
        }
    }

    @Test
    void whatTheRingHasLetGoOfComesFromTheTopic() {
        long before = log.joined(room, "Ann");
        List<Long> missed = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            missed.add(log.joined(room, "Ben " + i));
        }
        try (RunningGateway small = RunningGateway.start(
                        kafka, REGISTRY, "--rollcall.gateway.rings.all-rooms=4", "--rollcall.gateway.rings.page=7");
                Client client = Client.connected(small.port())) {
            String epoch = client.history(2, ALL, 0).path("epoch").asString();

            JsonNode recovered = client.recover(3, ALL, epoch, before);
            missed.add(log.joined(room, "Cid"));

            assertThat(recovered.path("recovered").asBoolean()).isTrue();
            assertThat(recovered.path("offset").asLong()).isEqualTo(before);
            assertThat(recovered.path("publications").isEmpty()).isTrue();
            assertThat(client.publications(ALL, missed.size()))
                    .extracting(it -> it.path("offset").asLong())
                    .containsExactlyElementsOf(missed);
            assertThat(client.publications(ALL, missed.size()))
                    .extracting(it -> it.path("data").path("sequence").asLong())
                    .startsWith(2L, 3L)
                    .endsWith(31L, 32L);
        }
    }

    @Test
    void whatIsTooFarBackIsNotRecovered() {
        long before = log.joined(room, "Ann");
        for (int i = 0; i < 30; i++) {
            var _ = log.joined(room, "Ben " + i);
        }
        try (RunningGateway small = RunningGateway.start(
                        kafka, REGISTRY, "--rollcall.gateway.rings.all-rooms=4", "--rollcall.gateway.rings.replay=20");
                Client client = Client.connected(small.port())) {
            JsonNode position = client.history(2, ALL, 0);

            JsonNode recovered = client.recover(3, ALL, position.path("epoch").asString(), before);

            assertThat(recovered.path("was_recovering").asBoolean()).isTrue();
            assertThat(recovered.path("recovered").asBoolean()).isFalse();
            assertThat(recovered.path("publications").isEmpty()).isTrue();
            assertThat(recovered.path("offset")).isEqualTo(position.path("offset"));
        }
    }

    @Test
    void whatCannotBeDecodedIsAmongTheDeadLettersAndTheFeedsGoOn() {
        byte[] garbage = ("garbage of " + room).getBytes(StandardCharsets.UTF_8);
        try (Client client = Client.connected(gateway.port());
                var letters = new LogOf<>(kafka, REGISTRY, Topics.deadLetters(Service.WS_GATEWAY))) {
            var _ = client.subscribe(2, channel);
            var _ = client.subscribe(3, ALL);
            var _ = log.joined(room, "Ann");
            for (Topic<?> topic : List.of(Topics.ROOM_EVENTS, Topics.ROOM_FEED, Topics.ROOMS, Topics.PARTICIPANTS)) {
                log.garbage(topic, room, garbage);
            }
            var _ = log.joined(room, "Ben");

            assertThat(client.publications(channel, 2))
                    .extracting(it -> it.path("data").path("name").asString())
                    .containsExactly("Ann", "Ben");
            assertThat(client.publications(ALL, 2)).hasSize(2);
            List<DeadLetter> mine = await().atMost(Duration.ofSeconds(15))
                    .until(
                            () -> letters.read().stream()
                                    .filter(it -> ByteBuffer.wrap(garbage).equals(it.getValue()))
                                    .toList(),
                            it -> it.size() >= 4);
            assertThat(mine)
                    .extracting(DeadLetter::getSourceTopic)
                    .containsExactlyInAnyOrder("room-events", "room-feed", "rooms", "participants");
            assertThat(mine).allSatisfy(it -> {
                assertThat(it.getService()).isEqualTo("ws-gateway");
                assertThat(it.getStage()).isEqualTo(DeadLetterStage.DECODE);
                assertThat(it.getCause()).startsWith("SerializationException at AvroSerde.");
                assertThat(it.getKey()).isEqualTo(ByteBuffer.wrap(room.getBytes(StandardCharsets.UTF_8)));
                assertThat(it.getSourceOffset()).isNotNegative();
            });
        }
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnection() {
        try (Client client = Client.connected(gateway.port())) {
            String part = "x".repeat(16 * 1024);
            client.sendParts(part, 5);

            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedFor() {
        try (Client client = new Client(gateway.port())) {
            assertThat(client.closeCode()).isEqualTo(3502);
        }
    }

    @Test
    void whatIsNoCommandEndsTheConnection() {
        try (Client first = new Client(gateway.port());
                Client second = Client.connected(gateway.port())) {
            first.send("\u0000garbage");
            second.send("{\"id\":2,\"nonsense\":{}}");

            assertThat(first.closeCode()).isEqualTo(3501);
            assertThat(second.closeCode()).isEqualTo(3501);
        }
    }

    @Test
    void aFrameThatIsNoneEndsTheConnection() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
            var in = new DataInputStream(socket.getInputStream());
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) in.readUnsignedByte());
            }
            assertThat(head).startsWith("HTTP/1.1 101").containsIgnoringCase("Sec-WebSocket-Accept: ");

            // Not masked, as no client may send.
            socket.getOutputStream().write(new byte[] {(byte) 0x81, 2, '{', '}'});

            assertThat(in.readUnsignedByte()).isEqualTo(0x88);
            assertThat(in.readUnsignedByte()).isGreaterThanOrEqualTo(2);
            assertThat(in.readUnsignedShort()).isEqualTo(1002);
        }
    }

    @Test
    void aSlowConsumerIsSentAwayWhileAnotherGoesOn() {
        String large = "x".repeat(300_000);
        try (Client slow = Client.connected(gateway.port());
                Client quick = Client.connected(gateway.port())) {
            var _ = slow.subscribe(2, channel);
            var _ = quick.subscribe(2, channel);
            slow.stopReading();
            int events = 60;
            for (int i = 1; i <= events; i++) {
                var _ = log.joined(room, large);
                var _ = quick.publications(channel, i);
            }
            slow.readOn();

            await().atMost(Duration.ofSeconds(10)).until(() -> {
                slow.readOn();
                return !slow.isOpen();
            });
            assertThat(slow.closeCode()).isEqualTo(3008);
            assertThat(slow.publications(channel)).hasSizeLessThan(events);
            assertThat(quick.isOpen()).isTrue();
        }
    }

    @Test
    void theSnapshotHoldsTheOpenRoomsAndAPositionBeforeThem() {
        long offset = log.joined(room, "Ann");
        var json = JsonMapper.builder().build();

        JsonNode found = await().atMost(Duration.ofSeconds(10))
                .until(() -> json.readTree(gateway.get("/dashboard/snapshot").body()), it -> {
                    JsonNode mine = find(it);
                    return mine != null
                            && !mine.path("participants").isEmpty()
                            && it.path("offset").asLong() >= offset;
                });

        JsonNode mine = find(found);
        assertThat(mine).isNotNull();
        assertThat(mine.path("people").asInt()).isEqualTo(1);
        assertThat(mine.path("sequence").asLong()).isEqualTo(1);
        assertThat(mine.path("openedAt").asString()).isEqualTo("2026-11-21T10:00:00.000Z");
        assertThat(mine.path("participants").path(0).path("identity").asString())
                .isEqualTo("p-1");
        try (Client client = Client.connected(gateway.port())) {
            assertThat(client.subscribe(2, ALL).path("epoch")).isEqualTo(found.path("epoch"));
        }
    }

    private @Nullable JsonNode find(JsonNode snapshot) {
        for (JsonNode it : snapshot.path("rooms")) {
            if (it.path("roomKey").asString().equals(room)) {
                return it;
            }
        }
        return null;
    }
}
