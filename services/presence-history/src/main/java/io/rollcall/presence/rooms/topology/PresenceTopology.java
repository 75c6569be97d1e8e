package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/** Rooms and presence out of LiveKit's events. Nothing is repartitioned: all of a room stays where its events are. */
public final class PresenceTopology implements ServiceTopology {

    static final String TELL_HISTORY = "tell-history";
    static final String TELL_FEED = "tell-feed";
    static final String TELL_ROOMS = "tell-rooms";
    static final String TELL_PARTICIPANTS = "tell-participants";

    private final StreamTopics topics;
    private final Duration retention;
    private final PresenceStores.Place place;

    /** With how long finished sessions are kept. */
    public PresenceTopology(StreamTopics topics, Duration retention) {
        this(topics, retention, PresenceStores.Place.ON_DISK);
    }

    PresenceTopology(StreamTopics topics, Duration retention, PresenceStores.Place place) {
        this.topics = topics;
        this.retention = retention;
        this.place = place;
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<LivekitEvent> livekitEvents = topics.of(Topics.LIVEKIT_EVENTS);
        StreamTopic<RoomEvent> roomEvents = topics.of(Topics.ROOM_EVENTS);
        StreamTopic<RoomEvent> roomFeed = topics.of(Topics.ROOM_FEED);
        StreamTopic<Room> rooms = topics.of(Topics.ROOMS);
        StreamTopic<Participant> participants = topics.of(Topics.PARTICIPANTS);

        KStream<String, SpecificRecord> told = builder.stream(livekitEvents.name(), livekitEvents.consumed())
                .process(DropDuplicates.supplier(place), Named.as("drop-duplicates"))
                .process(FoldRoom.supplier(retention, place), Named.as("fold-room"));
        told.mapValues(RoomEvent.class::cast, Named.as(TELL_HISTORY)).to(roomEvents.name(), roomEvents.produced());
        told.mapValues(RoomEvent.class::cast, Named.as(TELL_FEED)).to(roomFeed.name(), roomFeed.produced());
        told.mapValues(Room.class::cast, Named.as(TELL_ROOMS)).to(rooms.name(), rooms.produced());
        told.mapValues(Participant.class::cast, Named.as(TELL_PARTICIPANTS))
                .to(participants.name(), participants.produced(ParticipantKeys.withTheirRoom()));
    }
}
