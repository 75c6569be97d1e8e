package io.rollcall.session.sessions.domain;

import java.time.Duration;
import java.time.Instant;

/** What may be asked of a session. */
public sealed interface Command {

    /**
     * Make it.
     *
     * @param staleAfter how long it may wait for its first participant
     */
    record Create(
            String sessionId,
            String roomId,
            String userId,
            long tokenIssuedAt,
            long tokenExpiresAt,
            Duration staleAfter)
            implements Command {}

    /**
     * End it.
     *
     * @param userId whose it must be
     */
    record Delete(String userId) implements Command {}

    /**
     * Know who is in its room.
     *
     * @param people how many people: nothing that records, feeds or answers by itself
     * @param seenAt as of when
     * @param grace how long an empty room may stay empty
     */
    record NoteRoom(int people, Witness witness, Instant seenAt, Duration grace) implements Command {}
}
