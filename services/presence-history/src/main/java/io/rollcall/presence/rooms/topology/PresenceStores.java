package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The stores of one partition. Every key is a point or a short range, so that an event costs the same in a room of
 * thousands as in a room of two.
 */
final class PresenceStores {

    /** Where the stores are; their changelogs are the same. */
    enum Place {
        ON_DISK,
        IN_MEMORY;

        private KeyValueBytesStoreSupplier supplier(String name) {
            return switch (this) {
                case ON_DISK -> Stores.persistentKeyValueStore(name);
                case IN_MEMORY -> Stores.inMemoryKeyValueStore(name);
            };
        }
    }

    /** LiveKit's event ids, by the day they were seen on. */
    static final String EVENT_IDS = "event-ids-by-day";

    /** A room's sequence, its open sessions and the latest one. */
    static final String ROOMS = "rooms-by-key";

    /** Every session; of an open one the room's own document is fresher. */
    static final String SESSIONS = "sessions-by-sid";

    /** The room key of every session, in the order of their beginnings. */
    static final String SESSION_TIMES = "sessions-by-time";

    /** Everybody who is, was, or tried to be in a session. */
    static final String PARTICIPANTS = "participants-by-session";

    /** Tracks that have ended, with the record time of their end. */
    static final String ENDED_TRACKS = "ended-tracks-by-session";

    /** What was told of a room, by position; encoded already, see {@link #event(byte[])}. */
    static final String EVENTS = "events-by-room";

    /** Polls that wait for their turn. */
    static final String HELD = "held-observations";

    /** Whatever came as one record can be kept as one, also where the broker's own bound is Kafka's. */
    private static final Map<String, String> CHANGELOG =
            Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topic.WEBHOOK_RECORD_BYTES));

    private static final SingleObjectSerde<RoomEvent> EVENT = new SingleObjectSerde<>(RoomEvent.class);

    final KeyValueStore<Bytes, RoomDocument> rooms;
    final KeyValueStore<Bytes, SessionDocument> sessions;
    final KeyValueStore<Bytes, String> sessionTimes;
    final KeyValueStore<Bytes, ParticipantDocument> participants;
    final KeyValueStore<Bytes, Long> endedTracks;
    final KeyValueStore<Bytes, byte[]> events;
    final KeyValueStore<Bytes, LivekitObservation> held;

    PresenceStores(ProcessorContext<?, ?> context) {
        this.rooms = context.getStateStore(ROOMS);
        this.sessions = context.getStateStore(SESSIONS);
        this.sessionTimes = context.getStateStore(SESSION_TIMES);
        this.participants = context.getStateStore(PARTICIPANTS);
        this.endedTracks = context.getStateStore(ENDED_TRACKS);
        this.events = context.getStateStore(EVENTS);
        this.held = context.getStateStore(HELD);
    }

    static Set<StoreBuilder<?>> eventIds(Place place) {
        return Set.of(store(place, EVENT_IDS, Serdes.Long()));
    }

    static Set<StoreBuilder<?>> roomStores(Place place) {
        return Set.of(
                // A room's document changes with every event: the cache writes it once per commit.
                store(place, ROOMS, OlderDocuments.serde(RoomDocument.class)).withCachingEnabled(),
                store(place, SESSIONS, OlderDocuments.serde(SessionDocument.class)),
                store(place, SESSION_TIMES, Serdes.String()),
                // So do those of the people who come and go.
                store(place, PARTICIPANTS, OlderDocuments.serde(ParticipantDocument.class))
                        .withCachingEnabled(),
                store(place, ENDED_TRACKS, Serdes.Long()),
                store(place, EVENTS, Serdes.ByteArray()),
                store(place, HELD, new SingleObjectSerde<>(LivekitObservation.class)));
    }

    /** An event as the store keeps it, from how it goes over the wire. */
    static byte[] kept(byte[] wire) {
        return EVENT.sameAs(wire);
    }

    /** An event that the store has kept. */
    static RoomEvent event(byte[] kept) {
        return Objects.requireNonNull(EVENT.deserialize(EVENTS, kept));
    }

    private static <V> StoreBuilder<KeyValueStore<Bytes, V>> store(Place place, String name, Serde<V> values) {
        return Stores.keyValueStoreBuilder(place.supplier(name), Serdes.Bytes(), values)
                .withLoggingEnabled(CHANGELOG);
    }
}
