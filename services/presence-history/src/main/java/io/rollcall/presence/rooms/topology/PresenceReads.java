package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.peers.StoreReader;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.topology.KnownRoom.KeptEvents;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The stores as the endpoints read them, partition by partition, standbys included: while a partition changes its
 * owner they still answer.
 */
public final class PresenceReads {

    /** The store whose owner owns everything of a room. */
    public static final String ROOMS_STORE = PresenceStores.ROOMS;

    private static final BytesSerializer PREFIX = new BytesSerializer();

    private final StoreReader stores;

    public PresenceReads(StoreReader stores) {
        this.stores = stores;
    }

    /**
     * The stores of one partition.
     *
     * @throws UnavailableException when they are not on this instance, or not open
     */
    public Partition partition(int number) {
        return new Partition(number);
    }

    /** One partition's stores. Every method may throw {@link UnavailableException}: a store may go at any time. */
    public final class Partition {

        private final int number;

        private Partition(int number) {
            this.number = number;
        }

        /** A room by its key; null when there is none, or nothing but its sequence. */
        public @Nullable RoomDocument room(String roomKey) {
            RoomDocument room = stores.asked(
                    () -> this.<RoomDocument>store(PresenceStores.ROOMS).get(StoreKeys.room(roomKey)));
            return room == null || isOnlySequence(room) ? null : room;
        }

        /** Gives every room of which more is left than its sequence, in no order that means anything. */
        public void eachRoom(Consumer<RoomDocument> consumer) {
            stores.asked(() -> {
                try (KeyValueIterator<Bytes, RoomDocument> rooms =
                        this.<RoomDocument>store(PresenceStores.ROOMS).all()) {
                    rooms.forEachRemaining(entry -> {
                        if (!isOnlySequence(entry.value)) {
                            consumer.accept(entry.value);
                        }
                    });
                }
                return true;
            });
        }

        /** Gives the sid of every session, the one that began last first. */
        public void eachSessionNewestFirst(Consumer<SessionDocument> consumer) {
            stores.asked(() -> {
                try (KeyValueIterator<Bytes, String> began =
                        this.<String>store(PresenceStores.SESSION_TIMES).reverseAll()) {
                    while (began.hasNext()) {
                        SessionDocument session = session(StoreKeys.sidOf(began.next().key));
                        if (session != null) {
                            consumer.accept(session);
                        }
                    }
                }
                return true;
            });
        }

        /** A session by its sid, as fresh as its room; null when it is not in this partition. */
        public @Nullable SessionDocument session(String roomSid) {
            SessionDocument session = stores.asked(
                    () -> this.<SessionDocument>store(PresenceStores.SESSIONS).get(StoreKeys.session(roomSid)));
            if (session == null || !session.getOpen()) {
                return session;
            }
            RoomDocument room = room(session.getRoomKey());
            return room == null
                    ? session
                    : room.getSessions().stream()
                            .filter(fresher -> fresher.getRoomSid().equals(roomSid))
                            .findFirst()
                            .orElse(session);
        }

        /** Everybody who is, was, or tried to be in a session. */
        public List<ParticipantDocument> participants(String roomSid) {
            return stores.asked(() -> {
                List<ParticipantDocument> participants = new ArrayList<>();
                try (KeyValueIterator<Bytes, ParticipantDocument> all = this.<ParticipantDocument>store(
                                PresenceStores.PARTICIPANTS)
                        .prefixScan(StoreKeys.ofSession(roomSid), PREFIX)) {
                    all.forEachRemaining(entry -> participants.add(entry.value));
                }
                return participants;
            });
        }

        /** What was told of a room, by positions, both included, the newest first. */
        public List<RoomEvent> eventsNewestFirst(String roomKey, long from, long to) {
            return stores.asked(() -> {
                List<RoomEvent> events = new ArrayList<>();
                try (KeyValueIterator<Bytes, byte[]> range = this.<byte[]>store(PresenceStores.EVENTS)
                        .reverseRange(StoreKeys.event(roomKey, from), StoreKeys.event(roomKey, to))) {
                    range.forEachRemaining(entry -> events.add(PresenceStores.event(entry.value)));
                }
                return events;
            });
        }

        private static boolean isOnlySequence(RoomDocument room) {
            return KeptEvents.of(room).isEmpty();
        }

        private <V> ReadOnlyKeyValueStore<Bytes, V> store(String name) {
            return stores.store(name, number);
        }
    }
}
