package io.rollcall.chaos;

import io.rollcall.local.CommittedLog;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads what is left in the topics after a run, as any consumer would: committed records only. */
final class Gatherer {

    private final CommittedLog log;
    private final SchemaRegistry registry;

    Gatherer(String bootstrapServers, SchemaRegistry registry) {
        this.log = new CommittedLog(bootstrapServers);
        this.registry = registry;
    }

    /** LiveKit's ids of everything in livekit-events, copies left out, in the order of each partition. */
    SequencedSet<String> recorded() throws IOException {
        var ids = new LinkedHashSet<String>();
        read(Topics.LIVEKIT_EVENTS, record -> ids.add(record.value().getLivekitEventId()));
        return ids;
    }

    /** All of room-events, in the order of each partition. */
    List<Evidence.Entry> history() throws IOException {
        var entries = new ArrayList<Evidence.Entry>();
        read(Topics.ROOM_EVENTS, record -> entries.add(entry(record.value())));
        return entries;
    }

    /** The ids in room-feed that a subscriber is given who began at this position. */
    List<String> feed(long firstPosition) throws IOException {
        var ids = new ArrayList<String>();
        read(Topics.ROOM_FEED, record -> {
            // A position is the offset of the record + 1, and a subscriber is given what is behind its own.
            if (record.offset() + 1 > firstPosition) {
                ids.add(record.value().getId());
            }
        });
        return ids;
    }

    private <V extends SpecificRecord> void read(Topic<V> topic, Consumer<ConsumerRecord<String, V>> each)
            throws IOException {
        log.read(topic.name(), new AvroSerde<>(topic, registry), each);
    }

    private static Evidence.Entry entry(RoomEvent event) {
        return new Evidence.Entry(
                event.getId(), event.getLivekitEventId(), event.getRoomKey(), event.getSequence(), fact(event));
    }

    private static @Nullable Fact fact(RoomEvent event) {
        return switch (event.getType()) {
            case ROOM_OPENED -> fact(event, Fact.Kind.ROOM_OPENED, "", null);
            case ROOM_CLOSED -> fact(event, Fact.Kind.ROOM_CLOSED, "", null);
            case PARTICIPANT_JOINED ->
                fact(
                        event,
                        Fact.Kind.PARTICIPANT_JOINED,
                        event.getParticipantJoined().getParticipantSid(),
                        null);
            case PARTICIPANT_LEFT ->
                fact(
                        event,
                        Fact.Kind.PARTICIPANT_LEFT,
                        event.getParticipantLeft().getParticipantSid(),
                        event.getParticipantLeft().getReason());
            case CONNECTION_ABORTED ->
                fact(
                        event,
                        Fact.Kind.CONNECTION_ABORTED,
                        event.getConnectionAborted().getParticipantSid(),
                        null);
            case TRACK_PUBLISHED ->
                fact(event, Fact.Kind.TRACK_PUBLISHED, event.getTrackPublished().getTrackSid(), null);
            case TRACK_UNPUBLISHED ->
                fact(
                        event,
                        Fact.Kind.TRACK_UNPUBLISHED,
                        event.getTrackUnpublished().getTrackSid(),
                        null);
            case CORRECTED, REPORTED, ANOMALY_REPORTED, UNKNOWN -> null;
        };
    }

    private static Fact fact(RoomEvent event, Fact.Kind kind, String subject, @Nullable String reason) {
        return new Fact(kind, event.getRoomSid(), subject, reason, event.getPeople());
    }
}
