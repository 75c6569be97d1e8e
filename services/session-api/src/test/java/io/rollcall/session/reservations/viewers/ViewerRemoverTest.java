package io.rollcall.session.reservations.viewers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicEnds;
import io.rollcall.kit.kafka.View;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.AccessTokens;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.livekit.domain.ListedParticipant;
import io.rollcall.session.reservations.reads.LiveLeases;
import io.rollcall.sim.LivekitSim;
import io.rollcall.sim.SimSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** On a real broker; LiveKit is livekit-sim, a test double. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ViewerRemoverTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition ENDS = new TopicPartition(Topics.QUOTA_EVENTS.name(), 0);

    private final FixedRegistry registry = new FixedRegistry();
    private final InstantSource clock = InstantSource.system();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String camera = "cam-" + UUID.randomUUID();
    private KafkaCluster.Own cluster;
    private LivekitSim livekit;
    private KafkaSettings kafka;
    private RoomApi api;
    private AccessTokens tokens;
    private Instance instance;

    private final class Instance implements AutoCloseable {

        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final View<Lease> view = new View<>(Topics.LEASES, registry, kafka, "test");
        private final TopicEnds ends = new TopicEnds(kafka, "test");
        private final ViewerRemover remover;

        Instance(Duration patience) {
            var leases = new LiveLeases(view, ends);
            var letters = new DeadLetterWriter(new DeadLetters(Service.SESSION_API, registry, clock), kafka);
            remover = new ViewerRemover(leases, api, registry, kafka, "test", letters, patience, clock, meters);
            view.start();
            remover.start();
        }

        double toRemove() {
            return meters.get("stream.viewers.to.remove").gauge().value();
        }

        double givenUp() {
            return meters.get("stream.viewers.given.up").counter().count();
        }

        @Override
        public void close() {
            remover.stop();
            view.stop();
            ends.close();
        }
    }

    @BeforeAll
    void startAll() throws IOException {
        cluster = KafkaCluster.own();
        cluster.createTopics(List.of(Topics.LEASES, Topics.QUOTA_EVENTS, Topics.ROOM_EVENTS));
        livekit = LivekitSim.start(SimSettings.read(Path.of("../../infra/livekit/livekit.yaml"))
                .withPorts(0, 0)
                .withWebhookUrls(List.of()));
        kafka = new KafkaSettings(
                cluster.bootstrapServers(),
                URI.create("http://127.0.0.1:1"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(6),
                Map.of());
        var settings = new SessionApiProperties.Livekit(
                livekit.url(),
                "ws://127.0.0.1:7880",
                "devkey",
                "secretsecretsecretsecretsecretsecret",
                Duration.ofSeconds(5),
                16,
                256,
                Duration.ofSeconds(15),
                true,
                Duration.ofHours(24));
        var meters = new SimpleMeterRegistry();
        api = new RoomApi(settings, clock, meters);
        tokens = new AccessTokens(settings, meters);
        api.createRoom("camera_" + camera, Duration.ofHours(1)).join();
    }

    @AfterAll
    void stopAll() {
        api.close();
        livekit.close();
        cluster.close();
    }

    @BeforeEach
    void start() {
        instance = new Instance(Duration.ofHours(1));
    }

    @AfterEach
    void stop() throws Exception {
        sim("DELETE", "faults", "");
        instance.close();
    }

    private void sim(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(livekit.url().resolve("/sim/" + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private void livekitAnswers(String outcome) throws Exception {
        sim("POST", "faults/api", "{\"methods\":[\"RemoveParticipant\"],\"outcome\":\"" + outcome + "\"}");
    }

    private static String id() {
        return ReservationIds.of(
                0, UUID.randomUUID().toString().substring(0, 16).getBytes(StandardCharsets.US_ASCII));
    }

    private Lease lease(String id, String ofCamera) {
        return Lease.newBuilder()
                .setReservationId(id)
                .setAgency("METRO")
                .setCameraId(ofCamera)
                .setUserId("ann")
                .build();
    }

    private void join(String id, String ofCamera) throws Exception {
        String token = tokens.mintViewer(
                "viewer_" + id,
                "camera_" + ofCamera,
                clock.instant().getEpochSecond(),
                clock.instant().getEpochSecond() + 60,
                new LinkedHashMap<>(Map.of("reservation_id", id)));
        sim("POST", "join", "{\"token\":\"" + token + "\"}");
    }

    private Set<String> inside() {
        return api.listParticipants("camera_" + camera).join().stream()
                .map(ListedParticipant::identity)
                .collect(Collectors.toSet());
    }

    private <V extends SpecificRecord> ProducerRecord<byte[], byte @Nullable []> record(
            Topic<V> topic, String key, @Nullable V value) {
        return new ProducerRecord<>(
                topic.name(),
                0,
                key.getBytes(StandardCharsets.UTF_8),
                new AvroSerde<>(topic, registry).serialize(topic.name(), value));
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private <V extends SpecificRecord> void write(Topic<V> topic, String key, @Nullable V value) throws Exception {
        try (var producer = producer(Map.of())) {
            producer.send(record(topic, key, value)).get(10, TimeUnit.SECONDS);
        }
    }

    private void ends(String id, String ofCamera) throws Exception {
        write(
                Topics.QUOTA_EVENTS,
                "METRO",
                QuotaEvent.newBuilder()
                        .setType(QuotaEventType.LEASE_ENDED)
                        .setReservationId(id)
                        .setLease(lease(id, ofCamera))
                        .build());
    }

    private RoomEvent joined(String id) {
        String room = "camera_" + camera;
        return RoomEvent.newBuilder()
                .setType(RoomEventType.PARTICIPANT_JOINED)
                .setRoomKey(room)
                .setRoomName(room)
                .setParticipantJoined(ParticipantJoined.newBuilder()
                        .setIdentity("viewer_" + id)
                        .setAttributes(Map.of("reservation_id", id))
                        .build())
                .build();
    }

    /** As far as whoever comes next has nothing to do. */
    private long committed() throws Exception {
        try (Admin admin = Admin.create(kafka.admin("test"))) {
            OffsetAndMetadata position = admin.listConsumerGroupOffsets(ViewerRemover.GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(ENDS);
            return position == null ? 0 : position.offset();
        }
    }

    private long written() throws Exception {
        try (Admin admin = Admin.create(kafka.admin("test"))) {
            return admin.listOffsets(Map.of(ENDS, org.apache.kafka.clients.admin.OffsetSpec.latest()))
                    .partitionResult(ENDS)
                    .get()
                    .offset();
        }
    }

    @Test
    void whoIsSeenBeforeTheGrantIsNotPutOut() throws Exception {
        String granted = id();
        String nobody = id();
        join(granted, camera);
        join(nobody, camera);
        try (var granting = producer(Map.of("transactional.id", "quota-counter"))) {
            granting.initTransactions();
            granting.beginTransaction();
            granting.send(record(Topics.LEASES, granted, lease(granted, camera)))
                    .get(10, TimeUnit.SECONDS);
            write(Topics.ROOM_EVENTS, "camera_" + camera, joined(granted));
            write(Topics.ROOM_EVENTS, "camera_" + camera, joined(nobody));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(instance.toRemove()).isEqualTo(2));

            granting.commitTransaction();
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inside()).doesNotContain("viewer_" + nobody));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(instance.toRemove()).isZero());
        assertThat(inside()).contains("viewer_" + granted);
    }

    @Test
    void whomOneInstanceCouldNotPutOutTheNextOneDoes() throws Exception {
        String id = id();
        join(id, camera);
        livekitAnswers("cut");
        ends(id, camera);
        ends(id(), "of nobody");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(instance.toRemove()).isEqualTo(2));

        instance.close();
        assertThat(committed()).isLessThan(written());
        assertThat(inside()).contains("viewer_" + id);
        sim("DELETE", "faults", "");
        instance = new Instance(Duration.ofHours(1));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inside()).doesNotContain("viewer_" + id));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(committed()).isEqualTo(written()));
    }

    @Test
    void aRoomInWhichNothingCanBeDoneIsGivenUpInTime() throws Exception {
        instance.close();
        String id = id();
        join(id, camera);
        livekitAnswers("unavailable");
        ends(id, camera);

        instance = new Instance(Duration.ofMillis(1));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(instance.givenUp()).isOne());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(committed()).isEqualTo(written()));
    }

    @Test
    void whereNoRoomIsThereIsNobodyToPutOut() throws Exception {
        ends(id(), "gone-" + UUID.randomUUID());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(committed()).isEqualTo(written()));
        assertThat(instance.toRemove()).isZero();
    }

    @Test
    void whatLivesAgainUnderItsIdMayStay() throws Exception {
        String id = id();
        join(id, camera);
        write(Topics.LEASES, id, lease(id, camera));

        ends(id, camera);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(committed()).isEqualTo(written()));
        assertThat(inside()).contains("viewer_" + id);
    }
}
