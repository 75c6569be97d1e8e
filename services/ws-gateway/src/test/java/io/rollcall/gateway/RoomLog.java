package io.rollcall.gateway;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomClosed;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomOpened;
import io.rollcall.schemas.rooms.RoomState;
import io.rollcall.schemas.rooms.Track;
import io.rollcall.schemas.rooms.TrackPublished;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what presence-history writes, in transactions as it does: each leaves a marker that takes up an offset. Every
 * fact answers with where it stands in {@code rooms:*}. A room begins with the first that is told of it.
 */
final class RoomLog implements AutoCloseable {

    static final Instant OPENED = Instant.parse("2026-11-21T10:00:00Z");

    private final KafkaProducer<String, byte[]> producer;
    private final SchemaRegistry registry;
    private final Map<String, Known> rooms = new HashMap<>();

    private static final class Known {
        private final Map<String, Participant> present = new LinkedHashMap<>();
        private String agency = "";
        private RoomState state = RoomState.OPEN;
        private Instant openedAt = OPENED;
        private long sequence;

        private Instant now() {
            return openedAt.plus(Duration.ofSeconds(sequence));
        }

        private int people() {
            return (int)
                    present.values().stream().filter(Participant::getPerson).count();
        }
    }

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

    long opened(String room, String agency) {
        Known known = known(room);
        known.agency = agency;
        known.openedAt = OPENED.plus(Duration.ofMinutes(rooms.size()));
        known.state = RoomState.OPEN;
        return tell(
                room,
                null,
                event(RoomEventType.ROOM_OPENED)
                        .setRoomOpened(RoomOpened.newBuilder().build())
                        .setAgency(agency));
    }

    long closed(String room) {
        known(room).state = RoomState.CLOSED;
        return tell(
                room,
                null,
                event(RoomEventType.ROOM_CLOSED)
                        .setRoomClosed(RoomClosed.newBuilder()
                                .setReason("ROOM_FINISHED")
                                .build()));
    }

    /** Belongs to another agency while it is open, which is no event. */
    void moved(String room, String agency) {
        Known known = known(room);
        known.agency = agency;
        producer.beginTransaction();
        var _ = send(Topics.ROOMS, room, now(room, known));
        producer.commitTransaction();
    }

    long joined(String room, String name) {
        return joined(room, name, "STANDARD");
    }

    long joined(String room, String name, String kind) {
        Known known = known(room);
        String number = Long.toString(known.sequence + 1);
        var participant = Participant.newBuilder()
                .setRoomKey(room)
                .setRoomName(room)
                .setRoomSid("RM_1")
                .setParticipantSid("PA_" + number)
                .setIdentity("p-" + number)
                .setName(name)
                .setKind(kind)
                .setPerson(kind.equals("STANDARD"))
                .setJoinedAt(known.now())
                .build();
        known.present.put(name, participant);
        return tell(
                room,
                name,
                event(RoomEventType.PARTICIPANT_JOINED)
                        .setParticipantJoined(ParticipantJoined.newBuilder()
                                .setParticipantSid(participant.getParticipantSid())
                                .setIdentity(participant.getIdentity())
                                .setName(name)
                                .setKind(kind)
                                .setJoinedAt(participant.getJoinedAt())
                                .build()));
    }

    long left(String room, String name) {
        Participant participant = Objects.requireNonNull(known(room).present.remove(name));
        return tell(
                room,
                participant.getIdentity(),
                event(RoomEventType.PARTICIPANT_LEFT)
                        .setParticipantLeft(ParticipantLeft.newBuilder()
                                .setParticipantSid(participant.getParticipantSid())
                                .setIdentity(participant.getIdentity())
                                .setReason("CLIENT_INITIATED")
                                .setJoinedAt(participant.getJoinedAt())
                                .build()));
    }

    long turnedOn(String room, String name, String source) {
        Participant participant = Objects.requireNonNull(known(room).present.get(name));
        String kind = source.equals("MICROPHONE") ? "AUDIO" : "VIDEO";
        participant.setTracks(List.of(Track.newBuilder()
                .setTrackSid("TR_1")
                .setKind(kind)
                .setTrackSource(source)
                .build()));
        return tell(
                room,
                name,
                event(RoomEventType.TRACK_PUBLISHED)
                        .setTrackPublished(TrackPublished.newBuilder()
                                .setParticipantSid(participant.getParticipantSid())
                                .setIdentity(participant.getIdentity())
                                .setTrackSid("TR_1")
                                .setKind(kind)
                                .setTrackSource(source)
                                .build()));
    }

    /** Something that is no record of ours. */
    void garbage(Topic<?> topic, String key, byte[] value) {
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>(topic.name(), key, value));
        producer.commitTransaction();
    }

    private Known known(String room) {
        return rooms.computeIfAbsent(room, key -> new Known());
    }

    private static RoomEvent.Builder event(RoomEventType type) {
        return RoomEvent.newBuilder().setType(type).setSource(EventSource.WEBHOOK);
    }

    /** @param whom who has changed: the name of somebody who is in the room, or the identity of one who is not */
    private long tell(String room, @Nullable String whom, RoomEvent.Builder fact) {
        Known known = known(room);
        known.sequence++;
        var event = fact.setId("event-" + known.sequence)
                .setOccurredAt(known.now())
                .setRoomKey(room)
                .setRoomName(room)
                .setRoomSid("RM_1")
                .setSequence(known.sequence)
                .setPeople(known.people())
                .build();
        producer.beginTransaction();
        var _ = send(Topics.ROOM_EVENTS, room, event);
        var _ = send(Topics.ROOMS, room, now(room, known));
        if (whom != null) {
            Participant participant = known.present.get(whom);
            String identity = participant == null ? whom : participant.getIdentity();
            var _ = send(Topics.PARTICIPANTS, room + "/" + identity, participant);
        }
        var offset = send(Topics.ROOM_FEED, room, event);
        producer.commitTransaction();
        return offset.resultNow().offset() + 1;
    }

    private static Room now(String room, Known known) {
        return Room.newBuilder()
                .setRoomKey(room)
                .setRoomName(room)
                .setRoomSid("RM_1")
                .setState(known.state)
                .setOpenedAt(known.openedAt)
                .setPeople(known.people())
                .setConnected(known.present.size())
                .setAgency(known.agency)
                .setSequence(known.sequence)
                .build();
    }

    private <V extends SpecificRecord> Future<RecordMetadata> send(Topic<V> topic, String key, @Nullable V value) {
        return producer.send(new ProducerRecord<>(
                topic.name(), key, new AvroSerde<>(topic, registry).serialize(topic.name(), value)));
    }

    @Override
    public void close() {
        producer.close();
    }
}
