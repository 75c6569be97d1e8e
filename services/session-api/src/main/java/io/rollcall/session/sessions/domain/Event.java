package io.rollcall.session.sessions.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What may happen to a session. */
public sealed interface Event {

    /** It is there, and nobody has come yet. */
    record Created(Seat seat, Instant staleAt) implements Event {}

    /** Its first participant has come. */
    record Connected(Witness witness, Instant at, Instant seenAt) implements Event {}

    /**
     * Everybody has left.
     *
     * @param until when the session ends by itself; null when a poll has to see it once more
     */
    record RoomEmptied(
            Witness witness, Instant since, @Nullable Instant until, Instant seenAt) implements Event {}

    /** Somebody has come back in time. */
    record RoomReentered(Witness witness, Instant seenAt) implements Event {}

    /** It has ended. */
    record Removed(RemovalReason reason, Instant at) implements Event {}

    /** Its end is a day ago: nobody need know of it any more. */
    record Forgotten() implements Event {}
}
