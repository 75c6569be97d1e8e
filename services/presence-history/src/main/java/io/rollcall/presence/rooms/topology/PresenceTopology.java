package io.rollcall.presence.rooms.topology;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/** Rooms and presence out of LiveKit's events. Nothing is repartitioned: all of a room stays where its events are. */
public final class PresenceTopology {

    static final String TELL_HISTORY = "tell-history";
    static final String TELL_FEED = "tell-feed";
    static final String TELL_ROOMS = "tell-rooms";
    static final String TELL_PARTICIPANTS = "tell-participants";

    private final SchemaRegistry registry;
    private final Duration retention;

    private final PresenceStores.Place place;

    /** With how long finished sessions are kept. */
    public PresenceTopology(SchemaRegistry registry, Duration retention) {
        this(registry, retention, PresenceStores.Place.ON_DISK);
    }

    PresenceTopology(SchemaRegistry registry, Duration retention, PresenceStores.Place place) {
        this.registry = registry;
        this.retention = retention;
        this.place = place;
    }

    /** Adds the nodes. */
    public void addTo(StreamsBuilder builder) {
        KStream<String, SpecificRecord> told = builder.stream(
                        Topics.LIVEKIT_EVENTS.name(), consumed(Topics.LIVEKIT_EVENTS))
                .process(DropDuplicates.supplier(place), Named.as("drop-duplicates"))
                .process(FoldRoom.supplier(retention, place), Named.as("fold-room"));
        told.mapValues(RoomEvent.class::cast, Named.as(TELL_HISTORY))
                .to(Topics.ROOM_EVENTS.name(), produced(Topics.ROOM_EVENTS));
        told.mapValues(RoomEvent.class::cast, Named.as(TELL_FEED))
                .to(Topics.ROOM_FEED.name(), produced(Topics.ROOM_FEED));
        told.mapValues(Room.class::cast, Named.as(TELL_ROOMS)).to(Topics.ROOMS.name(), produced(Topics.ROOMS));
        told.mapValues(Participant.class::cast, Named.as(TELL_PARTICIPANTS))
                .to(
                        Topics.PARTICIPANTS.name(),
                        produced(Topics.PARTICIPANTS).withStreamPartitioner(ParticipantKeys.withTheirRoom()));
    }

    private <V extends SpecificRecord> Consumed<String, V> consumed(Topic<V> topic) {
        return Consumed.with(Serdes.String(), new AvroSerde<>(topic, registry)).withName("read-" + topic.name());
    }

    private <V extends SpecificRecord> Produced<String, V> produced(Topic<V> topic) {
        return Produced.with(Serdes.String(), new AvroSerde<>(topic, registry)).withName("write-" + topic.name());
    }
}
