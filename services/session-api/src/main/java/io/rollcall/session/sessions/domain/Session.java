package io.rollcall.session.sessions.domain;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

    /**
     * Everybody has left, a moment ago.
     *
     * @param emptyUntil when it ends by itself; null when no webhook has told of it: then it ends by a later poll only,
     *     for whom a poll has not seen may have come back since, and LiveKit may not answer any more
     */
    record Emptied(
            Seat seat,
            long version,
            Instant connectedAt,
            Instant seenAt,
            Instant emptySince,
            @Nullable Instant emptyUntil)
            implements Known {

        /** Whether it ends when a poll, as of then, sees nobody either. */
        boolean endsByPoll(Instant polledAt, Duration grace) {
            return emptyUntil == null && !polledAt.isBefore(seenAt.plus(grace));
        }
    }

    /** Has ended. */
    record Removed(Seat seat, long version, RemovalReason reason, Instant removedAt) implements Known {}
}
