package io.rollcall.chaos;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a room's history, as expected or as found.
 *
 * @param kind what happened
 * @param roomSid the session of the room it happened in
 * @param subject the sid of the participant or track it is about; empty for the room itself
 * @param reason why a participant left; null for anything else
 * @param people how many people the room has after it
 */
record Fact(
        Kind kind, String roomSid, String subject, @Nullable String reason, int people) {

    /** The kinds that follow from webhooks alone; corrections are told apart and not compared. */
    enum Kind {
        ROOM_OPENED,
        ROOM_CLOSED,
        PARTICIPANT_JOINED,
        PARTICIPANT_LEFT,
        CONNECTION_ABORTED,
        TRACK_PUBLISHED,
        TRACK_UNPUBLISHED
    }
}
