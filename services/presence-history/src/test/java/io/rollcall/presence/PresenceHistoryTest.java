package io.rollcall.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.streams.StreamsRuntime;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.presence.rooms.captures.Captures;
import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.captures.Outcome;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.rooms.RoomEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a real broker: what goes in as webhooks comes out as the captures tell. */
class PresenceHistoryTest {

    private static final JsonMapper JSON = new JsonMapper();
    /** Of the day of the captures, and so without those who are still there. */
    private static final String USAGE = "/api/v1/usage?to=2026-11-22T00:00:00Z";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FixedRegistry registry = new FixedRegistry();
    /** The same for both runs, as it is when a log is read again: ids follow from it. */
    private final Instant recordedAt = Instant.now();

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void bothCapturesDoubledAndInterleavedEndInWhatTheyTellAndAgainFromEmptyStores(
            @TempDir Path first, @TempDir Path second) throws Exception {
        List<Delivery> arrivals = new ArrayList<>(Captures.interleaved(Captures.doubled(Captures.scenarios()), 11));
        arrivals.addAll(Captures.interleaved(Captures.doubled(Captures.volume()), 12));
        Outcome expected = Outcome.of(arrivals);
        Map<String, List<String>> ids = runOn(arrivals, expected, first);

        Map<String, List<String>> again = runOn(arrivals, expected, second);

        assertThat(again).isEqualTo(ids);
    }

    @Test
    void theSameTopicReadAgainIntoEmptyStoresGivesTheSameFactsAndTheSameAnswers(
            @TempDir Path first, @TempDir Path second) throws Exception {
        List<Delivery> arrivals = Captures.interleaved(Captures.doubled(Captures.scenarios()), 21);
        Outcome expected = Outcome.of(arrivals);
        try (var kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), arrivals);
            int port = freePort();
            try (var service = start(kafka.bootstrapServers(), first, port, 0)) {
                assertThat(service.isRunning()).isTrue();
                untilDoneWith(kafka.bootstrapServers(), arrivals.size());
                answersOverHttp(port, expected);
            }
            Map<String, List<String>> ids = idsByRoom(sequenced(kafka.bootstrapServers()));
            forget(kafka.bootstrapServers());

            int again = freePort();
            try (var service = start(kafka.bootstrapServers(), second, again, 0)) {
                assertThat(service.isRunning()).isTrue();
                untilDoneWith(kafka.bootstrapServers(), arrivals.size());
                answersOverHttp(again, expected);
            }

            Map<String, List<String>> both = idsByRoom(sequenced(kafka.bootstrapServers()));
            assertThat(both.keySet()).isEqualTo(ids.keySet());
            ids.forEach((room, once) -> {
                List<String> twice = new ArrayList<>(once);
                twice.addAll(once);
                assertThat(both.get(room)).as(room).isEqualTo(twice);
            });
        }
    }

    @Test
    void twoInstancesAnswerForEachOtherAndOneTakesOverWhenTheOtherStops(@TempDir Path first, @TempDir Path second)
            throws Exception {
        List<Delivery> arrivals = Captures.scenarios();
        Outcome expected = Outcome.of(arrivals);
        try (var kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), arrivals);
            int one = freePort();
            int other = freePort();
            try (var staying = start(kafka.bootstrapServers(), first, one, 1)) {
                assertThat(staying.isRunning()).isTrue();
                try (var leaving = start(kafka.bootstrapServers(), second, other, 1)) {
                    assertThat(leaving.isRunning()).isTrue();
                    untilDoneWith(kafka.bootstrapServers(), arrivals.size());
                    await().atMost(PATIENCE).untilAsserted(() -> {
                        assertThat(owned(staying)).isNotEmpty();
                        assertThat(owned(leaving)).isNotEmpty();
                        assertThat(owned(staying).size() + owned(leaving).size())
                                .isEqualTo(Topics.ROOM_PARTITIONS);
                    });
                    answersOverHttp(one, expected);
                    answersOverHttp(other, expected);
                    assertThat(get(one, USAGE)).isEqualTo(get(other, USAGE));
                }
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(owned(staying)).hasSize(Topics.ROOM_PARTITIONS));
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(status(one, "/api/v1/sessions")).isEqualTo(200));
                answersOverHttp(one, expected);
            }
        }
    }

    @Test
    void whatCannotBeReadIsADeadLetterAndTheStreamGoesOn(@TempDir Path data) throws Exception {
        List<Delivery> arrivals = Captures.scenarios();
        Outcome expected = Outcome.of(arrivals);
        String topic = Topics.LIVEKIT_EVENTS.name();
        try (var kafka = KafkaCluster.own();
                var serde = new AvroSerde<>(Topics.LIVEKIT_EVENTS, registry)) {
            kafka.createTopics(Topics.all());
            String room = arrivals.getFirst().key();
            LivekitEvent unmappable = LivekitEvent.newBuilder().build();
            unmappable.setEvent("participant_joined");
            unmappable.setLivekitEventId("EV_unmappable");
            unmappable.setRoomName(room);
            unmappable.setPayload("{\"room\":{}}");
            send(kafka.bootstrapServers(), arrivals.subList(0, 3));
            sendBytes(
                    kafka.bootstrapServers(),
                    topic,
                    room,
                    "neither Avro nor anything".getBytes(StandardCharsets.UTF_8));
            sendBytes(kafka.bootstrapServers(), topic, room, serde.serialize(topic, unmappable));
            sendBytes(kafka.bootstrapServers(), Topics.LIVEKIT_OBSERVATIONS.name(), room, new byte[] {0});
            send(kafka.bootstrapServers(), arrivals.subList(3, arrivals.size()));
            int port = freePort();
            try (var service = start(kafka.bootstrapServers(), data, port, 0)) {
                assertThat(service.isRunning()).isTrue();
                untilDoneWith(kafka.bootstrapServers(), arrivals.size() + 3L);

                Map<String, List<String>> facts = linesByRoom(sequenced(kafka.bootstrapServers()));
                expected.facts()
                        .forEach((key, lines) ->
                                assertThat(facts.get(key)).as(key).isEqualTo(lines));
                assertThat(facts.keySet()).isEqualTo(expected.facts().keySet());
                assertThat(values(kafka.bootstrapServers(), Topics.deadLetters(Service.PRESENCE_HISTORY)))
                        .extracting(DeadLetter::getStage)
                        .containsExactlyInAnyOrder(
                                DeadLetterStage.DECODE, DeadLetterStage.PROCESS, DeadLetterStage.DECODE);
                answersOverHttp(port, expected);
            }
        }
    }

    @Test
    void whatIsTooLargeForARecordEndsNothing(@TempDir Path data) throws Exception {
        List<Delivery> arrivals = Captures.scenarios();
        Outcome expected = Outcome.of(arrivals);
        String large = "x".repeat(2 * 1024 * 1024);
        String room = arrivals.getFirst().key();
        List<Delivery> all = new ArrayList<>(arrivals);
        all.addFirst(
                told(room, "egress_ended", "{\"egressInfo\":{\"egressId\":\"EG_1\",\"error\":\"" + large + "\"}}"));
        all.addFirst(told(
                "large",
                "room_started",
                "{\"room\":{\"sid\":\"RM_large\",\"creationTime\":\"1790000000\",\"metadata\":\"" + large + "\"}}"));
        all.addFirst(told("large", "room_renamed", "{\"x\":\"" + large + "\",\"room\":{\"sid\":\"" + large + "\"}}"));
        try (var kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), all);
            int port = freePort();
            try (var service = start(kafka.bootstrapServers(), data, port, 0)) {
                assertThat(service.isRunning()).isTrue();
                untilDoneWith(kafka.bootstrapServers(), all.size());

                Map<String, List<String>> facts = linesByRoom(sequenced(kafka.bootstrapServers()));
                assertThat(facts.keySet())
                        .contains("large")
                        .containsAll(expected.facts().keySet());
                expected.facts()
                        .forEach((key, lines) ->
                                assertThat(facts.get(key)).as(key).isEqualTo(lines));
                assertThat(values(kafka.bootstrapServers(), Topics.deadLetters(Service.PRESENCE_HISTORY)))
                        .extracting(DeadLetter::getStage)
                        .containsExactly(DeadLetterStage.PROCESS);
                for (String key : List.of(room, "large")) {
                    assertThat(get(port, "/api/v1/rooms/" + encoded(key) + "/events?limit=1000")
                                    .toString())
                            .contains("TOO_LARGE");
                }
            }
        }
    }

    private Delivery told(String room, String event, String payload) {
        LivekitEvent record = LivekitEvent.newBuilder().build();
        record.setEvent(event);
        record.setLivekitEventId("EV_" + event);
        record.setOccurredAt(recordedAt);
        record.setRoomName(room);
        record.setPayload(payload);
        return new Delivery(room, record, recordedAt);
    }

    /** Everything that the service has of its own on the broker: where it was, and its stores. */
    private static void forget(String bootstrapServers) throws Exception {
        String service = Service.PRESENCE_HISTORY.id();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.deleteConsumerGroups(List.of(service)).all().get(20, TimeUnit.SECONDS);
            List<String> changelogs = admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                    .filter(name -> name.startsWith(service + "-") && name.endsWith("-changelog"))
                    .toList();
            assertThat(changelogs).isNotEmpty();
            admin.deleteTopics(changelogs).all().get(20, TimeUnit.SECONDS);
            await().atMost(PATIENCE)
                    .until(() -> admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                            .noneMatch(changelogs::contains));
        }
    }

    /** The partitions that an instance decides for. */
    private static List<Integer> owned(ConfigurableApplicationContext instance) {
        return instance.getBean(StreamsRuntime.class).running().metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .map(task -> task.taskId().partition())
                .toList();
    }

    private static void untilDoneWith(String bootstrapServers, long records) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(committed(bootstrapServers)).isEqualTo(records));
    }

    private static Map<String, List<String>> idsByRoom(List<RoomEvent> history) {
        return history.stream()
                .collect(Collectors.groupingBy(
                        RoomEvent::getRoomKey,
                        TreeMap::new,
                        Collectors.mapping(RoomEvent::getId, Collectors.toList())));
    }

    private static void sendBytes(String bootstrapServers, String topic, String key, byte @Nullable [] value)
            throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
        }
    }

    /** Plays the arrivals on a cluster of its own and gives the ids of the facts by room. */
    private Map<String, List<String>> runOn(List<Delivery> arrivals, Outcome expected, Path data) throws Exception {
        try (var kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), arrivals);
            int port = freePort();
            try (var service = start(kafka.bootstrapServers(), data, port, 0)) {
                assertThat(service.isRunning()).isTrue();
                long facts =
                        expected.facts().values().stream().mapToLong(List::size).sum();
                // Not when enough facts are there, but when nothing can come any more: a fact too many would be seen.
                untilDoneWith(kafka.bootstrapServers(), arrivals.size());
                List<RoomEvent> history = sequenced(kafka.bootstrapServers());
                assertThat(history).hasSize((int) facts);
                assertThat(linesByRoom(history)).isEqualTo(expected.facts());
                assertThat(values(kafka.bootstrapServers(), Topics.ROOM_FEED))
                        .containsExactlyInAnyOrderElementsOf(history);
                assertThat(values(kafka.bootstrapServers(), Topics.deadLetters(Service.PRESENCE_HISTORY)))
                        .isEmpty();
                answersOverHttp(port, expected);
                return idsByRoom(history);
            }
        }
    }

    private void answersOverHttp(int port, Outcome expected) throws Exception {
        Map<String, String> open = new TreeMap<>();
        for (JsonNode room : get(port, "/api/v1/rooms?state=open&limit=1000").path("rooms")) {
            open.put(room.path("roomKey").asString(), room.path("roomSid").asString());
            assertThat(room.path("people").asInt())
                    .isEqualTo(expected.people(room.path("roomSid").asString()));
        }
        assertThat(open).isEqualTo(expected.open());
        JsonNode sessions = get(port, "/api/v1/sessions?limit=1000");
        assertThat(sessions.path("total").asInt()).isEqualTo(expected.reasons().size());
        for (JsonNode session : sessions.path("sessions")) {
            String sid = session.path("sessionId").asString();
            assertThat(session.path("numParticipants").asInt()).isEqualTo(expected.everybody(sid));
            Map<String, String> reasons = new TreeMap<>();
            for (JsonNode stay : get(port, "/api/v1/sessions/" + sid).path("participants")) {
                reasons.put(
                        stay.path("sid").asString(),
                        stay.path("disconnectReason").asString(""));
            }
            assertThat(reasons).isEqualTo(expected.reasons().get(sid));
        }
        for (String key : expected.facts().keySet()) {
            JsonNode events = get(port, "/api/v1/rooms/" + encoded(key) + "/events?limit=1000");
            List<String> types = new ArrayList<>();
            for (JsonNode event : events.path("events")) {
                if (event.path("sequence").asLong() > 0) {
                    types.addFirst(event.path("type").asString().toUpperCase(Locale.ROOT));
                }
            }
            assertThat(types)
                    .isEqualTo(expected.facts().get(key).stream()
                            .map(line -> line.substring(0, line.indexOf(' ')))
                            .toList());
            JsonNode room = get(port, "/api/v1/rooms/" + encoded(key));
            assertThat(room.path("state").asString()).isEqualTo(open.containsKey(key) ? "open" : "closed");
            assertThat(get(port, "/api/v1/rooms/" + encoded(key) + "/participants")
                            .path("total")
                            .asInt())
                    .isEqualTo(room.path("connected").asInt());
        }
        assertThat(status(port, "/api/v1/rooms?state=ajar")).isEqualTo(400);
        assertThat(status(port, "/api/v1/rooms?limit=0")).isEqualTo(400);
        assertThat(status(port, "/api/v1/rooms/nowhere")).isEqualTo(404);
        assertThat(status(port, "/api/v1/sessions/RM_nowhere")).isEqualTo(404);
        assertThat(status(port, "/api/v1/usage?format=xml")).isEqualTo(400);
        double minutes = 0;
        for (JsonNode session : sessions.path("sessions")) {
            minutes += session.path("endedAt").isNull()
                    ? 0
                    : session.path("participantMinutes").asDouble();
        }
        double used = 0;
        for (JsonNode day : get(port, USAGE).path("usage")) {
            used += day.path("participantMinutes").asDouble();
        }
        assertThat(used).isGreaterThanOrEqualTo(minutes * 0.999);
        assertThat(ask(port, "/api/v1/usage?format=csv&agency=ag7")
                        .body()
                        .lines()
                        .skip(1))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("ag7,"));
        JsonNode page = get(port, "/api/v1/sessions?page=2&limit=5");
        assertThat(page.path("sessions").size()).isEqualTo(5);
    }

    private ConfigurableApplicationContext start(String bootstrapServers, Path data, int port, int standbys) {
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        return new SpringApplicationBuilder(PresenceHistoryApplication.class)
                .initializers(withRegistry)
                .run(
                        "--server.port=" + port,
                        "--management.server.port=0",
                        "--rollcall.kafka.bootstrap-servers=" + bootstrapServers,
                        "--rollcall.auth.enabled=false",
                        "--rollcall.data-dir=" + data,
                        "--rollcall.presence.session-retention=3650d",
                        "--rollcall.streams.standbys=" + standbys);
    }

    private void send(String bootstrapServers, List<Delivery> arrivals) throws Exception {
        var topic = Topics.LIVEKIT_EVENTS;
        try (var producer = new KafkaProducer<>(
                // A broker that does not know a producer yet may take its second batch first.
                Map.<String, Object>of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "max.in.flight.requests.per.connection",
                        1,
                        "max.request.size",
                        Topic.WEBHOOK_RECORD_BYTES),
                new StringSerializer(),
                new AvroSerde<LivekitEvent>(topic, registry))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Delivery delivery : arrivals) {
                sent.add(producer.send(new ProducerRecord<>(
                        topic.name(), null, recordedAt.toEpochMilli(), delivery.key(), delivery.event())));
            }
            for (Future<RecordMetadata> acknowledged : sent) {
                acknowledged.get(30, TimeUnit.SECONDS);
            }
        }
    }

    /** How many records of livekit-events the service is done with. */
    private static long committed(String bootstrapServers) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin
                    .listConsumerGroupOffsets(Service.PRESENCE_HISTORY.id())
                    .partitionsToOffsetAndMetadata()
                    .get(20, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }

    private List<RoomEvent> sequenced(String bootstrapServers) {
        return values(bootstrapServers, Topics.ROOM_EVENTS).stream()
                .filter(event -> event.getSequence() > 0)
                .toList();
    }

    private static Map<String, List<String>> linesByRoom(List<RoomEvent> history) {
        return history.stream()
                .collect(Collectors.groupingBy(
                        RoomEvent::getRoomKey, TreeMap::new, Collectors.mapping(Outcome::line, Collectors.toList())));
    }

    private <V extends SpecificRecord> List<V> values(String bootstrapServers, Topic<V> topic) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("isolation.level", "read_committed");
        Map<String, Object> asItIs = new HashMap<>(settings);
        asItIs.put("isolation.level", "read_uncommitted");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new AvroSerde<>(topic, registry));
                var uncommitted = new KafkaConsumer<>(asItIs, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            // What is being committed is waited for: a group's offsets show before a transaction's markers do.
            Map<TopicPartition, Long> ends = uncommitted.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<V> values = new ArrayList<>();
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                for (ConsumerRecord<String, V> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }

    private JsonNode get(int port, String path) throws Exception {
        HttpResponse<String> answer = ask(port, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private int status(int port, String path) throws Exception {
        return ask(port, path).statusCode();
    }

    private HttpResponse<String> ask(int port, String path) throws Exception {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .get(20, TimeUnit.SECONDS);
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
