package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.domain.Change;
import io.rollcall.presence.rooms.domain.Decision;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Participant;
import io.rollcall.presence.rooms.domain.RoomState;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.topology.KnownRoom.KeptEvents;
import io.rollcall.presence.rooms.wire.StateMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * Rooms in the stores of one task, and the busy ones in memory too. The stores are written with every event and read
 * only for what is not in memory: a room at its first event, and whatever has ended.
 */
final class RoomRepository {

    /** Rooms, people and tracks in memory, per task: some ten megabytes. */
    private static final int HELD_IN_MEMORY = 20_000;

    /** Of a session that is at hand from its beginning. */
    private static final int REMEMBERED_IN_MEMORY = 64;

    /** More than one, so that the oldest events go faster than new ones come. */
    private static final int DROPPED_PER_EVENT = 2;

    private static final BytesSerializer PREFIX = new BytesSerializer();

    private final PresenceStores stores;
    private final Duration retention;
    private final LinkedHashMap<String, KnownRoom> held = new LinkedHashMap<>(256, 0.75f, true);
    private int weight;

    /**
     * @param retention how long a room's sequence outlives its history
     */
    RoomRepository(PresenceStores stores, Duration retention) {
        this.stores = stores;
        this.retention = retention;
    }

    /**
     * A room with everything at hand that a decision needs. Of one that has outlived its history only the sequence is
     * known, and later not even that, whether the sweep has come by or not.
     */
    KnownRoom load(String key, String name, Needs needs, Instant cutoff) {
        KnownRoom room = known(key, name);
        if (room.isOver(cutoff, retention)) {
            room = forget(room, cutoff);
        }
        return recalled(room, needs, cutoff);
    }

    /** Writes what changed. */
    KnownRoom save(KnownRoom before, Decision decision, List<byte[]> told, Source source, Instant now, Instant cutoff) {
        RoomState after = decision.after();
        String ofRoom = decision.source(source).name();
        Set<String> participants = new HashSet<>();
        Set<String> sessions = new HashSet<>();
        for (Change change : decision.changes()) {
            String sid = change.roomSid();
            if (!change.participantSid().isEmpty() && participants.add(change.participantSid())) {
                save(
                        after.session(sid),
                        change.participantSid(),
                        decision.source(change.participantSid(), source).name());
            }
            switch (change) {
                case Change.RoomOpened _, Change.RoomClosed _, Change.RoomDescribed _, Change.Corrected _ ->
                    sessions.add(sid);
                case Change.TrackUnpublished unpublished ->
                    stores.endedTracks.put(
                            StoreKeys.inSession(sid, unpublished.trackSid()),
                            unpublished.recordedAt().toEpochMilli());
                case Change.TrackEnded ended ->
                    stores.endedTracks.put(
                            StoreKeys.inSession(sid, ended.trackSid()),
                            ended.recordedAt().toEpochMilli());
                default -> {
                    // Of an open session nothing else is in its own document; a closed one is written anyway.
                    if (after.session(sid) instanceof Session.Closed) {
                        sessions.add(sid);
                    }
                }
            }
        }
        for (String sid : sessions) {
            Session session = after.session(sid);
            if (session != null) {
                save(before, session, ofRoom);
            }
        }
        KeptEvents events = append(before, told, now, cutoff);
        PSet<String> whole = stillWhole(before.whole(), after);
        var room = new KnownRoom(before.key(), before.name(), trimmed(after, whole), events, whole);
        stores.rooms.put(StoreKeys.room(room.key()), document(room, ofRoom));
        return room;
    }

    /** Holds it in memory; only once nothing can fail any more. */
    void hold(KnownRoom room) {
        KnownRoom before = held.put(room.key(), room);
        weight += room.weight() - (before == null ? 0 : before.weight());
        var eldest = held.values().iterator();
        while (weight > HELD_IN_MEMORY && held.size() > 1) {
            weight -= eldest.next().weight();
            eldest.remove();
        }
    }

    /** What is in memory may not be what is in the stores any more. */
    void letGo(String key) {
        KnownRoom before = held.remove(key);
        weight -= before == null ? 0 : before.weight();
    }

    private KnownRoom recalled(KnownRoom room, Needs needs, Instant cutoff) {
        String sid = needs.roomSid();
        if (sid.isEmpty()) {
            return room;
        }
        Session session = room.state().session(sid);
        if (session instanceof Session.Closed closed && closed.recordedAt().isBefore(cutoff)) {
            return outlived(room, closed);
        }
        if (room.whole().contains(sid)) {
            return room;
        }
        if (session != null) {
            return room.with(recalled(room.state(), session, needs));
        }
        SessionDocument document = stores.sessions.get(StoreKeys.session(sid));
        if (document != null && document.getOpen()) {
            return room;
        }
        if (document != null && !document.getCloseRecordedAt().isBefore(cutoff)) {
            Session closed = StateMapper.closed(document);
            return room.with(recalled(room.state().with(closed), closed, needs));
        }
        if (document != null) {
            forget(sid, document.getEpochs().getFirst().getCreatedAt());
        }
        // There is nothing of it in the stores: what will be written is all there is.
        return room.withWhole(room.whole().plus(sid));
    }

    /** What has outlived its retention is not remembered, whether the sweep has come by or not. */
    private KnownRoom outlived(KnownRoom room, Session.Closed session) {
        forget(session.sid(), session.epochs().getFirst().createdAt());
        return room.with(room.state().with(session.withPast(Session.Past.NOTHING)))
                .withWhole(room.whole().plus(session.sid()));
    }

    private RoomState recalled(RoomState state, Session session, Needs needs) {
        RoomState recalled = state;
        for (var participant : needs.participants().entrySet()) {
            String sid = participant.getKey();
            Participant.Live live =
                    session instanceof Session.Open open ? open.live().get(sid) : null;
            if (live == null) {
                recalled = withGone(recalled, session.sid(), sid);
            }
            for (String track : participant.getValue()) {
                if (live == null || !live.tracks().containsKey(track)) {
                    recalled = withEnded(recalled, session.sid(), track);
                }
            }
        }
        return recalled;
    }

    private RoomState withGone(RoomState state, String roomSid, String participantSid) {
        ParticipantDocument document = stores.participants.get(StoreKeys.inSession(roomSid, participantSid));
        return document != null && StateMapper.participant(document) instanceof Participant.Gone gone
                ? remembering(state, roomSid, past -> past.with(gone))
                : state;
    }

    private RoomState withEnded(RoomState state, String roomSid, String trackSid) {
        Long endedAt = stores.endedTracks.get(StoreKeys.inSession(roomSid, trackSid));
        return endedAt == null
                ? state
                : remembering(state, roomSid, past -> past.withUnpublished(trackSid, Instant.ofEpochMilli(endedAt)));
    }

    private static RoomState remembering(RoomState state, String roomSid, UnaryOperator<Session.Past> more) {
        Session session = state.session(roomSid);
        return session == null ? state : state.with(session.withPast(more.apply(session.past())));
    }

    private KnownRoom known(String key, String name) {
        KnownRoom room = held.get(key);
        return room == null ? read(key, name) : room;
    }

    private KnownRoom read(String key, String name) {
        RoomDocument document = stores.rooms.get(StoreKeys.room(key));
        if (document == null) {
            return KnownRoom.unknown(key, name);
        }
        PMap<String, Session> sessions = HashTreePMap.empty();
        for (SessionDocument session : document.getSessions()) {
            sessions = sessions.plus(
                    session.getRoomSid(),
                    session.getOpen() ? populated(StateMapper.open(session)) : StateMapper.closed(session));
        }
        return new KnownRoom(
                key,
                document.getRoomName(),
                new RoomState(document.getSequence(), document.getLatest(), sessions),
                KeptEvents.of(document),
                HashTreePSet.empty());
    }

    private Session.Open populated(Session.Open session) {
        List<Participant.Live> live = new ArrayList<>();
        try (var documents = stores.participants.prefixScan(StoreKeys.ofSession(session.sid()), PREFIX)) {
            documents.forEachRemaining(entry -> {
                if (StateMapper.participant(entry.value) instanceof Participant.Live participant) {
                    live.add(participant);
                }
            });
        }
        return session.populated(live);
    }

    private void save(@Nullable Session session, String participantSid, String source) {
        if (session == null) {
            return;
        }
        Participant participant =
                session instanceof Session.Open open ? open.live().get(participantSid) : null;
        if (participant == null) {
            participant = session.past().gone().get(participantSid);
        }
        stores.participants.put(
                StoreKeys.inSession(session.sid(), participantSid),
                participant == null ? null : StateMapper.document(participant, session.sid(), source));
    }

    private void save(KnownRoom before, Session session, String source) {
        stores.sessions.put(
                StoreKeys.session(session.sid()), StateMapper.document(session, before.key(), before.name(), source));
        Session known = before.state().session(session.sid());
        Instant beganAt = session.epochs().getFirst().createdAt();
        Instant wasAt = known == null ? null : known.epochs().getFirst().createdAt();
        if (!beganAt.equals(wasAt)) {
            if (wasAt != null) {
                stores.sessionTimes.delete(StoreKeys.sessionAt(wasAt, session.sid()));
            }
            stores.sessionTimes.put(StoreKeys.sessionAt(beganAt, session.sid()), before.key());
        }
    }

    private KeptEvents append(KnownRoom room, List<byte[]> told, Instant now, Instant cutoff) {
        KeptEvents events = room.events();
        for (byte[] event : told) {
            events = events.appended(now);
            stores.events.put(StoreKeys.event(room.key(), events.last()), event);
            events = withoutOldest(room.key(), events, cutoff);
        }
        return events;
    }

    private KeptEvents withoutOldest(String key, KeptEvents events, Instant cutoff) {
        KeptEvents kept = events;
        for (int i = 0; i < DROPPED_PER_EVENT && kept.firstAt().isBefore(cutoff) && kept.first() < kept.last(); i++) {
            stores.events.delete(StoreKeys.event(key, kept.first()));
            byte[] next = stores.events.get(StoreKeys.event(key, kept.first() + 1));
            kept = kept.from(
                    kept.first() + 1,
                    next == null ? kept.lastAt() : PresenceStores.event(next).getRecordedAt());
        }
        return kept;
    }

    private static RoomDocument document(KnownRoom room, String source) {
        RoomState state = room.state();
        List<SessionDocument> sessions = new ArrayList<>(state.sessions().size());
        for (Session session : state.sessions().values()) {
            sessions.add(StateMapper.document(session, room.key(), room.name(), source));
        }
        return new RoomDocument(
                room.key(),
                room.name(),
                state.sequence(),
                state.latest(),
                sessions,
                room.events().first(),
                room.events().last(),
                room.events().firstAt(),
                room.events().lastAt());
    }

    /** A session that is at hand from its beginning is whole while it is open and has little to remember. */
    private static PSet<String> stillWhole(PSet<String> before, RoomState after) {
        PSet<String> whole = before;
        for (String sid : before) {
            if (!(after.session(sid) instanceof Session.Open open)
                    || open.past().size() > REMEMBERED_IN_MEMORY) {
                whole = whole.minus(sid);
            }
        }
        return whole;
    }

    /** Of closed sessions only the latest stays, and of those who have gone only those of whole sessions. */
    private static RoomState trimmed(RoomState state, PSet<String> whole) {
        RoomState trimmed = state;
        for (Session session : state.sessions().values()) {
            if (session instanceof Session.Closed && !session.sid().equals(state.latest())) {
                trimmed = trimmed.without(session.sid());
            } else if (session.past().size() > 0 && !whole.contains(session.sid())) {
                trimmed = trimmed.with(session.withPast(Session.Past.NOTHING));
            }
        }
        return trimmed;
    }

    /** Takes out of the stores what has had its time of a room, and says whether anything has. */
    boolean sweep(String key, Instant cutoff) {
        KnownRoom room = known(key, "");
        boolean isOver = room.isOver(cutoff, retention);
        if (isOver) {
            forget(room, cutoff);
        }
        return isOver;
    }

    /** Takes a room's history out of the stores, and gives what is left: its sequence, for as long again. */
    private KnownRoom forget(KnownRoom room, Instant cutoff) {
        if (!room.events().isEmpty()) {
            deleteAll(
                    stores.events,
                    StoreKeys.event(room.key(), room.events().first()),
                    StoreKeys.event(room.key(), room.events().last()));
        }
        letGo(room.key());
        KnownRoom outlived = room.outlived();
        if (outlived.state().sequence() == 0 || outlived.isOver(cutoff, retention)) {
            stores.rooms.delete(StoreKeys.room(room.key()));
            return KnownRoom.unknown(room.key(), room.name());
        }
        stores.rooms.put(StoreKeys.room(room.key()), document(outlived, ""));
        return outlived;
    }

    /** Takes a session and everybody who was in it out of the stores. */
    void forget(String roomSid, Instant beganAt) {
        deletePrefix(stores.participants, StoreKeys.ofSession(roomSid));
        deletePrefix(stores.endedTracks, StoreKeys.ofSession(roomSid));
        stores.sessionTimes.delete(StoreKeys.sessionAt(beganAt, roomSid));
        stores.sessions.delete(StoreKeys.session(roomSid));
    }

    private static <V> void deleteAll(KeyValueStore<Bytes, V> store, Bytes from, Bytes to) {
        try (KeyValueIterator<Bytes, V> old = store.range(from, to)) {
            deleteEach(store, old);
        }
    }

    private static <V> void deletePrefix(KeyValueStore<Bytes, V> store, Bytes prefix) {
        try (KeyValueIterator<Bytes, V> old = store.prefixScan(prefix, PREFIX)) {
            deleteEach(store, old);
        }
    }

    private static <V> void deleteEach(KeyValueStore<Bytes, V> store, KeyValueIterator<Bytes, V> old) {
        List<Bytes> keys = new ArrayList<>();
        old.forEachRemaining((KeyValue<Bytes, V> entry) -> keys.add(entry.key));
        keys.forEach(store::delete);
    }
}
