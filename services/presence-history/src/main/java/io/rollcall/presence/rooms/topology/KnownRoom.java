package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.domain.RoomState;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.store.RoomDocument;
import java.time.Duration;
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

        static KeptEvents of(RoomDocument document) {
            return new KeptEvents(
                    document.getFirstEvent(),
                    document.getLastEvent(),
                    document.getFirstEventAt(),
                    document.getLastEventAt());
        }

        /** As it is of a room of which only the sequence is left, and of an unknown one. */
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

    /** Whether its history has had its time, or what is left of one: its sequence, which is kept for as long again. */
    boolean isOver(Instant cutoff, Duration retention) {
        return events.isEmpty()
                ? state.sequence() > 0 && events.lastAt().isBefore(cutoff.minus(retention))
                : events.lastAt().isBefore(cutoff)
                        && state.sessions().values().stream().noneMatch(Session.Open.class::isInstance);
    }
}
