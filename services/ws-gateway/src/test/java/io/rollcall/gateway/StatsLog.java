package io.rollcall.gateway;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.rooms.Participant;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what quota-counter, session-api and presence-history write about the streams of cameras: a decision with the
 * state after it in one transaction.
 */
final class StatsLog implements AutoCloseable {

    static final Instant SINCE = Instant.parse("2026-11-26T10:00:00Z");

    private final KafkaProducer<String, byte[]> producer;
    private final SchemaRegistry registry;
    private final Map<String, Agency> agencies = new HashMap<>();

    private static final class Agency {
        private int current;
        private int limit;
        private long sequence;
        private final Map<String, Integer> cameras = new HashMap<>();
    }

    StatsLog(String bootstrapServers, SchemaRegistry registry) {
        this.registry = registry;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "stats-log-" + UUID.randomUUID()),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    void limit(String agency, int limit) {
        known(agency).limit = limit;
        decided(agency, "", "", QuotaEventType.LIMIT_SET, "");
    }

    void granted(String agency, String camera) {
        Agency known = known(agency);
        known.current++;
        known.cameras.merge(camera, 1, Integer::sum);
        decided(agency, camera, camera, QuotaEventType.LEASE_GRANTED, "");
    }

    /** So many at once, in one transaction. */
    void granted(String agency, Set<String> cameras) {
        Agency known = known(agency);
        producer.beginTransaction();
        for (String camera : cameras) {
            known.current++;
            known.cameras.merge(camera, 1, Integer::sum);
            write(agency, camera, camera, QuotaEventType.LEASE_GRANTED, "");
        }
        producer.commitTransaction();
    }

    void ended(String agency, String camera) {
        Agency known = known(agency);
        known.current--;
        known.cameras.computeIfPresent(camera, (id, count) -> count == 1 ? null : count - 1);
        decided(agency, camera, camera, QuotaEventType.LEASE_ENDED, "released");
    }

    /** One after the other, in one transaction. */
    void refused(String agency, String camera, String... reasons) {
        producer.beginTransaction();
        for (String reason : reasons) {
            write(agency, camera, camera, QuotaEventType.LEASE_REFUSED, reason);
        }
        producer.commitTransaction();
    }

    /** Uses so many slots, whatever was before. */
    void uses(String agency, int current) {
        known(agency).current = current;
        decided(agency, "", "", QuotaEventType.LEASE_GRANTED, "");
    }

    void camera(String id, String name, String agency, CameraStatus status) {
        producer.beginTransaction();
        send(
                Topics.CAMERAS,
                id,
                Camera.newBuilder()
                        .setCameraId(id)
                        .setName(name)
                        .setAgency(agency)
                        .setStatus(status)
                        .build());
        producer.commitTransaction();
    }

    void joined(String camera, String identity) {
        String room = "camera_" + camera;
        producer.beginTransaction();
        send(
                Topics.PARTICIPANTS,
                room + "/" + identity,
                Participant.newBuilder()
                        .setRoomKey(room)
                        .setRoomName(room)
                        .setIdentity(identity)
                        .build());
        producer.commitTransaction();
    }

    void left(String camera, String identity) {
        producer.beginTransaction();
        send(Topics.PARTICIPANTS, "camera_" + camera + "/" + identity, null);
        producer.commitTransaction();
    }

    private Agency known(String agency) {
        return agencies.computeIfAbsent(agency, name -> new Agency());
    }

    private void decided(String agency, String camera, String changed, QuotaEventType type, String reason) {
        producer.beginTransaction();
        write(agency, camera, changed, type, reason);
        producer.commitTransaction();
    }

    private void write(String agency, String camera, String changed, QuotaEventType type, String reason) {
        Agency known = known(agency);
        known.sequence++;
        int before = known.current
                - switch (type) {
                    case LEASE_GRANTED -> 1;
                    case LEASE_ENDED -> -1;
                    default -> 0;
                };
        send(
                Topics.QUOTA_EVENTS,
                agency,
                QuotaEvent.newBuilder()
                        .setType(type)
                        .setAgency(agency)
                        .setSequence(known.sequence)
                        .setOccurredAt(SINCE.plusSeconds(known.sequence))
                        .setReservationId(camera.isEmpty() ? "" : "r-" + known.sequence)
                        .setCameraId(camera)
                        .setUserId(camera.isEmpty() ? "" : "ann")
                        .setReason(reason)
                        .setUsageBefore(before)
                        .setUsageAfter(known.current)
                        .setLimit(known.limit)
                        .setTotalUsage(known.current)
                        .setTotalLimit(900)
                        .build());
        send(
                Topics.AGENCY_USAGE,
                agency,
                AgencyUsage.newBuilder()
                        .setSource(agency)
                        .setCurrent(known.current)
                        .setLimit(known.limit)
                        .setActiveCameras(new HashSet<>(known.cameras.keySet()).size())
                        .setSequence(known.sequence)
                        .build());
        if (!changed.isEmpty() && type != QuotaEventType.LEASE_REFUSED) {
            Integer reservations = known.cameras.get(changed);
            send(
                    Topics.CAMERA_USAGE,
                    agency + "/" + changed,
                    reservations == null
                            ? null
                            : CameraUsage.newBuilder()
                                    .setSource(agency)
                                    .setCameraId(changed)
                                    .setReservations(reservations)
                                    .setActiveSince(SINCE)
                                    .build());
        }
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, @Nullable V value) {
        var _ = producer.send(new ProducerRecord<>(
                topic.name(), key, new AvroSerde<>(topic, registry).serialize(topic.name(), value)));
    }

    @Override
    public void close() {
        producer.close();
    }
}
