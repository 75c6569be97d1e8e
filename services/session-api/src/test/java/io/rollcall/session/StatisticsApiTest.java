package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Track;
import io.rollcall.session.TwoInstances.Instance;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The statistics over HTTP, from what quota-counter and presence-history write. */
@ExtendWith(TwoInstances.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatisticsApiTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PATH = "/api/v1/stream/stats";
    private static final Instant SINCE = Instant.parse("2026-11-26T10:00:00Z");

    private final String agency = "AGENCY_" + UUID.randomUUID();
    private final String camera = "cam-" + UUID.randomUUID();
    private TwoInstances stack;
    private KafkaProducer<String, byte[]> producer;

    @BeforeAll
    void share(TwoInstances running) {
        stack = running;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.kafka.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    void stop() {
        producer.close();
    }

    @Test
    void whatAnAgencyUsesAndWhoWatchesOnEveryInstance() {
        String body = """
                {"cameras":[{"id":"%s","name":"Gate","source":"%s","status":"ONLINE"}]}""".formatted(camera, agency);
        assertThat(stack.ask(
                                stack.first,
                                "POST",
                                "/api/v1/cameras/import",
                                stack.issuer.adminToken("ada").signed(),
                                Map.of("Content-Type", "application/json"),
                                body.getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(200);
        write(
                Topics.AGENCY_USAGE,
                agency,
                AgencyUsage.newBuilder()
                        .setSource(agency)
                        .setCurrent(2)
                        .setLimit(3)
                        .setActiveCameras(1)
                        .build());
        write(
                Topics.CAMERA_USAGE,
                agency + "/" + camera,
                CameraUsage.newBuilder()
                        .setSource(agency)
                        .setCameraId(camera)
                        .setReservations(2)
                        .setActiveSince(SINCE)
                        .build());
        join(person("viewer_1"));
        join(person("viewer_2"));
        join(person("relay")
                .setTracks(List.of(Track.newBuilder().setTrackSid("TR_1").build())));
        join(person("recorder").setKind("EGRESS").setPerson(false));

        for (Instance instance : List.of(stack.first, stack.second)) {
            JsonNode stats = stats(instance, it -> viewers(it) == 2);

            assertThat(stats.propertyNames())
                    .containsExactlyInAnyOrder(
                            "active_streams", "total_viewers", "source_stats", "camera_stats", "timestamp");
            assertThat(stats.path("source_stats").path(agency)).isEqualTo(JSON.readTree("""
                                    {"source":"%s","current":2,"limit":3,"usage_percent":66.7,"active_cameras":1}""".formatted(agency)));
            assertThat(mine(stats)).isEqualTo(JSON.readTree("""
                                    {"camera_id":"%s","camera_name":"Gate","viewer_count":2,"source":"%s",
                                    "active_since":"2026-11-26T10:00:00.000Z"}""".formatted(camera, agency)));
            assertThat(stats.path("active_streams").asInt()).isGreaterThanOrEqualTo(2);
            assertThat(stats.path("total_viewers").asInt()).isGreaterThanOrEqualTo(2);
            assertThat(stats.path("timestamp").asString())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        }

        write(Topics.CAMERA_USAGE, agency + "/" + camera, null);
        write(
                Topics.AGENCY_USAGE,
                agency,
                AgencyUsage.newBuilder().setSource(agency).setLimit(0).build());

        JsonNode after = stats(
                stack.first,
                it -> viewers(it) < 0
                        && it.path("source_stats").path(agency).path("limit").asInt() == 0);
        assertThat(after.path("source_stats").path(agency).path("usage_percent").asDouble())
                .isZero();
    }

    @Test
    void withoutATokenThereIsNothing() {
        HttpResponse<String> response = stack.ask(stack.first, "GET", PATH, null, Map.of(), null);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).isEqualTo("{\"error\":\"Unauthorized\"}");
    }

    private JsonNode stats(Instance instance, Predicate<JsonNode> wanted) {
        return await().atMost(TwoInstances.PATIENCE).until(() -> ask(instance), wanted);
    }

    private JsonNode ask(Instance instance) {
        HttpResponse<String> response =
                stack.ask(instance, "GET", PATH, stack.issuer.token("ann").signed(), Map.of(), null);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private int viewers(JsonNode stats) {
        JsonNode mine = mine(stats);
        return mine == null ? -1 : mine.path("viewer_count").asInt();
    }

    private @Nullable JsonNode mine(JsonNode stats) {
        for (JsonNode it : stats.path("camera_stats")) {
            if (it.path("camera_id").asString().equals(camera)) {
                return it;
            }
        }
        return null;
    }

    private Participant.Builder person(String identity) {
        String room = "camera_" + camera;
        return Participant.newBuilder().setRoomKey(room).setRoomName(room).setIdentity(identity);
    }

    private void join(Participant.Builder who) {
        write(Topics.PARTICIPANTS, who.getRoomKey() + "/" + who.getIdentity(), who.build());
    }

    private <V extends SpecificRecord> void write(Topic<V> topic, String key, @Nullable V value) {
        var _ = producer.send(new ProducerRecord<>(
                topic.name(), key, new AvroSerde<>(topic, stack.registry).serialize(topic.name(), value)));
        producer.flush();
    }
}
