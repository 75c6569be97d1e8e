package io.rollcall.gateway;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomState;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes what presence-history writes, in transactions as it does: each leaves a marker that takes up an offset. */
final class RoomLog implements AutoCloseable {

    static final Instant OPENED = Instant.parse("2026-11-21T10:00:00Z");

    private final KafkaProducer<String, byte[]> producer;
    private final SchemaRegistry registry;
    private final Map<String, Long> sequences = new HashMap<>();

    RoomLog(String bootstrapServers, SchemaRegistry registry) {
        this.registry = registry;
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "transactional.id",
                        "room-log-" + UUID.randomUUID(),
                        "max.request.size",
                        1_000_000),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** Somebody joins; the answer is where that stands in {@code rooms:*}. */
    long joined(String room, String name) {
        long sequence = sequences.merge(room, 1L, Long::sum);
        var event = RoomEvent.newBuilder()
                .setId("event-" + sequence)
                .setType(RoomEventType.PARTICIPANT_JOINED)
                .setOccurredAt(OPENED)
                .setRoomKey(room)
                .setRoomName(room)
                .setRoomSid("RM_1")
                .setSequence(sequence)
                .setPeople((int) sequence)
                .setParticipantJoined(ParticipantJoined.newBuilder()
                        .setIdentity("p-" + sequence)
                        .setName(name)
                        .build())
                .build();
        var now = Room.newBuilder()
                .setRoomKey(room)
                .setRoomName(room)
                .setRoomSid("RM_1")
                .setState(RoomState.OPEN)
                .setOpenedAt(OPENED)
                .setPeople((int) sequence)
                .setSequence(sequence)
                .build();
        var participant = Participant.newBuilder()
                .setRoomKey(room)
                .setRoomName(room)
                .setIdentity("p-" + sequence)
                .setJoinedAt(OPENED)
                .build();
        producer.beginTransaction();
        var _ = send(Topics.ROOM_EVENTS, room, event);
        var _ = send(Topics.ROOMS, room, now);
        var _ = send(Topics.PARTICIPANTS, room + "/p-" + sequence, participant);
        var offset = send(Topics.ROOM_FEED, room, event);
        producer.commitTransaction();
        return offset.resultNow().offset() + 1;
    }

    /** Something that is no record of ours. */
    void garbage(Topic<?> topic, String key, byte[] value) {
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>(topic.name(), key, value));
        producer.commitTransaction();
    }

    private <V extends SpecificRecord> Future<RecordMetadata> send(Topic<V> topic, String key, V value) {
        return producer.send(new ProducerRecord<>(
                topic.name(), key, new AvroSerde<>(topic, registry).serialize(topic.name(), value)));
    }

    @Override
    public void close() {
        producer.close();
    }
}
