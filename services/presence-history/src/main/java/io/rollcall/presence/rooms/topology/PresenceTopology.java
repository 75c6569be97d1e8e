package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/**
 * Rooms and presence out of LiveKit's events and of polls of its room API, which lie in equal partitions. Nothing is
 * repartitioned: all of a room stays where its events are.
 */
public final class PresenceTopology implements ServiceTopology {

    static final String TELL_HISTORY = "tell-history";
    static final String TELL_FEED = "tell-feed";
    static final String TELL_ROOMS = "tell-rooms";
    static final String TELL_PARTICIPANTS = "tell-participants";
    static final String TELL_DOUBTS = "tell-doubts";

    private final StreamTopics topics;
    private final Duration retention;
    private final Duration commitInterval;
    private final boolean reconciles;
    private final PresenceStores.Place place;

    /**
     * @param retention how long finished sessions are kept
     * @param commitInterval how soon what is fresh is committed
     * @param reconciles whether polls of the room API are heeded and asked for
     */
    public PresenceTopology(StreamTopics topics, Duration retention, Duration commitInterval, boolean reconciles) {
        this(topics, retention, commitInterval, reconciles, PresenceStores.Place.ON_DISK);
    }

    PresenceTopology(
            StreamTopics topics,
            Duration retention,
            Duration commitInterval,
            boolean reconciles,
            PresenceStores.Place place) {
        this.topics = topics;
        this.retention = retention;
        this.commitInterval = commitInterval;
        this.reconciles = reconciles;
        this.place = place;
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<LivekitEvent> livekitEvents = topics.of(Topics.LIVEKIT_EVENTS);
        StreamTopic<LivekitObservation> observations = topics.of(Topics.LIVEKIT_OBSERVATIONS);
        StreamTopic<ReconcileRequest> requests = topics.of(Topics.RECONCILE_REQUESTS);
        StreamTopic<RoomEvent> roomEvents = topics.of(Topics.ROOM_EVENTS);
        StreamTopic<RoomEvent> roomFeed = topics.of(Topics.ROOM_FEED);
        StreamTopic<Room> rooms = topics.of(Topics.ROOMS);
        StreamTopic<Participant> participants = topics.of(Topics.PARTICIPANTS);

        KStream<String, SpecificRecord> webhooks = builder.stream(livekitEvents.name(), livekitEvents.consumed())
                .process(DropDuplicates.supplier(commitInterval, place), Named.as("drop-duplicates"));
        KStream<String, SpecificRecord> polls = builder.stream(observations.name(), observations.consumed())
                .mapValues(SpecificRecord.class::cast, Named.as("see-polls"));
        KStream<String, Object> told = webhooks.merge(polls, Named.as("webhooks-and-polls"))
                .process(
                        FoldRoom.supplier(retention, reconciles, roomEvents, roomFeed.valueSerde(), place),
                        Named.as("fold-room"));
        told.mapValues(byte[].class::cast, Named.as(TELL_HISTORY)).to(roomEvents.name(), roomEvents.producedEncoded());
        told.mapValues(byte[].class::cast, Named.as(TELL_FEED)).to(roomFeed.name(), roomFeed.producedEncoded());
        told.mapValues(Room.class::cast, Named.as(TELL_ROOMS)).to(rooms.name(), rooms.produced());
        told.mapValues(Participant.class::cast, Named.as(TELL_PARTICIPANTS))
                .to(participants.name(), participants.produced(ParticipantKeys.withTheirRoom()));
        told.mapValues(ReconcileRequest.class::cast, Named.as(TELL_DOUBTS)).to(requests.name(), requests.produced());
    }
}
