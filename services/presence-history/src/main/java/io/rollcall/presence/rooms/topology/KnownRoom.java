package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.domain.RoomState;
import io.rollcall.presence.rooms.domain.Session;
import java.time.Instant;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PSet;

/**
 * A room as a task holds it in memory between two events.
 *
 * @param events which of its events are kept
 * @param whole the sessions of which everybody who has gone and every track that has ended is still in {@code state}
 */
record KnownRoom(String key, String name, RoomState state, KeptEvents events, PSet<String> whole) {

    /**
     * The events of a room that are kept, by position, and the record times of the first and the last one.
     */
    record KeptEvents(long first, long last, Instant firstAt, Instant lastAt) {

        static final KeptEvents NONE = new KeptEvents(1, 0, Instant.EPOCH, Instant.EPOCH);

        boolean isEmpty() {
            return last < first;
        }

        KeptEvents appended(Instant at) {
            return new KeptEvents(first, last + 1, isEmpty() ? at : firstAt, at.isAfter(lastAt) ? at : lastAt);
        }

        KeptEvents emptied() {
            return new KeptEvents(last + 1, last, firstAt, lastAt);
        }

        KeptEvents from(long newFirst, Instant newFirstAt) {
            return new KeptEvents(newFirst, last, newFirstAt, lastAt);
        }
    }

    static KnownRoom unknown(String key, String name) {
        return new KnownRoom(key, name, RoomState.UNKNOWN, KeptEvents.NONE, HashTreePSet.empty());
    }

    /** How far its feed has come and no more: so nobody who comes back to it is told a sequence twice. */
    KnownRoom outlived() {
        return new KnownRoom(
                key,
                name,
                new RoomState(state.sequence(), "", HashTreePMap.empty()),
                events.emptied(),
                HashTreePSet.empty());
    }

    KnownRoom with(RoomState changed) {
        return new KnownRoom(key, name, changed, events, whole);
    }

    KnownRoom withWhole(PSet<String> changed) {
        return new KnownRoom(key, name, state, events, changed);
    }

    /** What it costs to hold it: one for itself and one for everybody and every track in it. */
    int weight() {
        int weight = 1;
        for (Session session : state.sessions().values()) {
            weight += session.past().size();
            weight += session instanceof Session.Open open ? open.live().size() : 0;
        }
        return weight;
    }

    /** Whether its history has gone, and was all older than this. */
    boolean outlivedBefore(Instant cutoff) {
        return state.sequence() > 0 && events.isEmpty() && events.lastAt().isBefore(cutoff);
    }

    /** Whether it has a history and nothing of it is younger than this. */
    boolean olderThan(Instant cutoff) {
        return !events.isEmpty()
                && events.lastAt().isBefore(cutoff)
                && state.sessions().values().stream().noneMatch(Session.Open.class::isInstance);
    }
}
