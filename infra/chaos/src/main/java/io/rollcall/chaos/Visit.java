package io.rollcall.chaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one client of LiveKit has said of its time in a room.
 *
 * @param room the room's name
 * @param sid LiveKit's id of its first connection; empty before that
 * @param state where it is now
 * @param connectedAt null before that
 * @param cameBack whether it has connected anew by itself, which may have given it another sid
 * @param endedAt null while it is there
 * @param reason why it ended, in LiveKit's word, or why it never came to be
 */
record Visit(
        int number,
        String room,
        String identity,
        String sid,
        State state,
        @Nullable Instant connectedAt,
        boolean cameBack,
        @Nullable Instant endedAt,
        String reason) {

    /** Where a client is. */
    enum State {
        ASKED,
        CONNECTED,
        RECONNECTING,
        REFUSED,
        ENDED;

        /** Whether nothing more comes by itself. */
        boolean settled() {
            return this != ASKED && this != RECONNECTING;
        }
    }

    static Visit asked(int number, String room, String identity) {
        return new Visit(number, room, identity, "", State.ASKED, null, false, null, "");
    }

    Visit connected(String sid, Instant at) {
        // Who was put out at once has said so before.
        State next = state == State.ENDED ? State.ENDED : State.CONNECTED;
        return new Visit(number, room, identity, sid, next, at, cameBack, endedAt, reason);
    }

    Visit reconnecting() {
        return new Visit(number, room, identity, sid, State.RECONNECTING, connectedAt, cameBack, endedAt, reason);
    }

    Visit reconnected() {
        return new Visit(number, room, identity, sid, State.CONNECTED, connectedAt, true, endedAt, reason);
    }

    /** Under which sid it was there at last, where it says so. */
    Visit lastAs(String lastSid) {
        boolean another = !sid.isEmpty() && !lastSid.isEmpty() && !lastSid.equals(sid);
        return new Visit(number, room, identity, sid, state, connectedAt, cameBack || another, endedAt, reason);
    }

    Visit refused(String why) {
        return new Visit(number, room, identity, sid, State.REFUSED, connectedAt, cameBack, endedAt, why);
    }

    Visit ended(Instant at, String why) {
        return new Visit(number, room, identity, sid, State.ENDED, connectedAt, cameBack, at, why);
    }

    boolean there() {
        return state == State.CONNECTED;
    }
}
