package io.rollcall.session.sessions.domain;

import java.time.Instant;

/** A session as it is now. Its version counts its events. */
public sealed interface Session {

    /** There is none. */
    record Nothing() implements Session {}

    /** One that has not been forgotten. */
    sealed interface Known extends Session {

        /** What never changes. */
        Seat seat();

        /** Counts from 1. */
        long version();
    }

    /** Waits for its first participant. */
    record Waiting(Seat seat, long version, Instant staleAt) implements Known {}

    /** Somebody is in its room. */
    record Occupied(Seat seat, long version, Instant connectedAt, Instant seenAt) implements Known {}

    /** Everybody has left, a moment ago. */
    record Emptied(Seat seat, long version, Instant connectedAt, Instant seenAt, Instant emptySince, Instant emptyUntil)
            implements Known {}

    /** Has ended. */
    record Removed(Seat seat, long version, RemovalReason reason, Instant removedAt) implements Known {}
}
