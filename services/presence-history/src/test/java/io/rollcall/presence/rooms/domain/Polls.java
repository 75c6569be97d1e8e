package io.rollcall.presence.rooms.domain;

import static io.rollcall.presence.rooms.domain.Webhooks.ms;

import io.rollcall.presence.rooms.domain.Observation.Attendance;
import io.rollcall.presence.rooms.domain.Observation.Poll;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import io.rollcall.presence.rooms.domain.Webhooks.Person;
import io.rollcall.presence.rooms.domain.Webhooks.Room;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Polls for tests: recorded a tenth of a second after they were begun. Times as those of {@link Webhooks}. */
final class Polls {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Polls() {}

    private static Poll at(long ms) {
        return new Poll(ms(ms), ms(ms + 100));
    }

    static Observation absent(long ms, Room room) {
        return new Observation.Absent(at(ms), room.seen().sid());
    }

    static Observation unreachable(long ms, Room room) {
        return new Observation.Unreachable(at(ms), room.seen().sid());
    }

    /** Listed, and nobody asked who is in it. */
    static Observation listed(long ms, Room room, int numParticipants) {
        return listed(ms, room, numParticipants, null);
    }

    /** Listed with exactly these in it. */
    static Observation attended(long ms, Room room, Person... people) {
        return listed(
                ms,
                room,
                people.length,
                Arrays.stream(people).map(Polls::attendance).toList());
    }

    static Observation attendedBy(long ms, Room room, Attendance... attendances) {
        return listed(ms, room, attendances.length, List.of(attendances));
    }

    static Attendance attendance(Person person, Track... tracks) {
        var details = person.seen("UNKNOWN_REASON").details();
        if (details == null) {
            throw new IllegalArgumentException("a person without details");
        }
        return new Attendance(person.sid(), details, List.of(tracks));
    }

    private static Observation listed(
            long ms, Room room, int numParticipants, @Nullable List<Attendance> participants) {
        var details = room.seen().details();
        if (details == null) {
            throw new IllegalArgumentException("a room that is listed has details");
        }
        return new Observation.Listed(at(ms), room.seen().sid(), details, PATIENCE, numParticipants, participants);
    }
}
