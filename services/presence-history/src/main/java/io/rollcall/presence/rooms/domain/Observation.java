package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a poll of LiveKit's room API found of one room. The API has answered: an error means unknown, and is none. */
public sealed interface Observation {

    Poll poll();

    /** Empty where only the name was known. */
    String roomSid();

    /**
     * When.
     *
     * @param observedAt when the rooms were asked for: what happened later may be missing
     * @param recordedAt the timestamp of its record: the only clock of the timers
     */
    record Poll(Instant observedAt, Instant recordedAt) {}

    /**
     * It was listed.
     *
     * @param patience how long LiveKit itself keeps an empty room
     * @param numParticipants LiveKit's own count: a hint
     * @param participants null when they were not asked for
     */
    record Listed(
            Poll poll,
            String roomSid,
            RoomDetails details,
            Duration patience,
            int numParticipants,
            @Nullable List<Attendance> participants)
            implements Observation {}

    /** The rooms were listed without it. */
    record Absent(Poll poll, String roomSid) implements Observation {}

    /** It was listed, but no node answered for it. */
    record Unreachable(Poll poll, String roomSid) implements Observation {}

    /** Somebody in the list of participants. */
    record Attendance(String sid, ParticipantDetails details, List<Track> tracks) {

        /** Whether they are there or coming; one that says DISCONNECTED is on the way out. */
        boolean there() {
            return !details.disconnected();
        }

        /** Whether their media is connected: what LiveKit tells as a join. */
        boolean active() {
            return details.state().equals("ACTIVE");
        }
    }
}
