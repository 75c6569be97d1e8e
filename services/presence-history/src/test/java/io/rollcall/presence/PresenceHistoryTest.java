package io.rollcall.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
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

    /** Plays the arrivals on a cluster of its own and gives the ids of the facts by room. */
    private Map<String, List<String>> runOn(List<Delivery> arrivals, Outcome expected, Path data) throws Exception {
        try (var kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), arrivals);
            int port = freePort();
            try (var service = start(kafka.bootstrapServers(), data, port)) {
                assertThat(service.isRunning()).isTrue();
                long facts =
                        expected.facts().values().stream().mapToLong(List::size).sum();
                // Not when enough facts are there, but when nothing can come any more: a fact too many would be seen.
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(committed(kafka.bootstrapServers())).isEqualTo(arrivals.size()));
                List<RoomEvent> history = sequenced(kafka.bootstrapServers());
                assertThat(history).hasSize((int) facts);
                assertThat(linesByRoom(history)).isEqualTo(expected.facts());
                assertThat(values(kafka.bootstrapServers(), Topics.ROOM_FEED))
                        .containsExactlyInAnyOrderElementsOf(history);
                assertThat(values(kafka.bootstrapServers(), Topics.deadLetters(Service.PRESENCE_HISTORY)))
                        .isEmpty();
                answersOverHttp(port, expected);
                return history.stream()
                        .collect(Collectors.groupingBy(
                                RoomEvent::getRoomKey,
                                TreeMap::new,
                                Collectors.mapping(RoomEvent::getId, Collectors.toList())));
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
        JsonNode page = get(port, "/api/v1/sessions?page=2&limit=10");
        assertThat(page.path("sessions").size()).isEqualTo(10);
    }

    private ConfigurableApplicationContext start(String bootstrapServers, Path data, int port) {
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
                        "--rollcall.streams.standbys=0");
    }

    private void send(String bootstrapServers, List<Delivery> arrivals) throws Exception {
        var topic = Topics.LIVEKIT_EVENTS;
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
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
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new AvroSerde<>(topic, registry))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
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
