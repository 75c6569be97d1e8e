package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Change.Anomaly;
import io.rollcall.presence.rooms.domain.Change.ParticipantForgotten;
import io.rollcall.presence.rooms.domain.Decision.Doubt;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Observation.Attendance;
import io.rollcall.presence.rooms.domain.Observation.Listed;
import io.rollcall.presence.rooms.domain.Observation.Poll;
import io.rollcall.presence.rooms.domain.Participant.Left;
import io.rollcall.presence.rooms.domain.Participant.Live;
import io.rollcall.presence.rooms.domain.Participant.Present;
import io.rollcall.presence.rooms.domain.Participant.Provisional;
import io.rollcall.presence.rooms.domain.Participant.Suspect;
import io.rollcall.presence.rooms.domain.Participant.Terminated;
import io.rollcall.presence.rooms.domain.Session.Closed;
import io.rollcall.presence.rooms.domain.Session.Open;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantSeen;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.RoomSeen;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * R10 to R12: what we know against what LiveKit's room API answered. Every timer is looked at here and nowhere else, so
 * that none of them ends anything while the API does not answer.
 */
final class Reconciliation {

    static final String NOT_LISTED = "NOT_LISTED";
    static final String EMPTY = "EMPTY";

    private static final String ROOM_CLOSED = "ROOM_CLOSED";
    private static final String NODE_LOST = "NODE_LOST";
    private static final String UNKNOWN_REASON = "UNKNOWN_REASON";

    /** One poll may have missed somebody; two with this between them have not. */
    private static final Duration POLLS_APART = Duration.ofSeconds(10);

    private static final Duration DIFFERS_AT_MOST = Duration.ofSeconds(10);
    private static final Duration SUSPECT_AT_MOST = Duration.ofSeconds(30);

    /** Beyond LiveKit's own patience with an empty room. */
    private static final Duration EMPTY_AT_MOST = Duration.ofSeconds(30);

    /** Somebody who signals and never gets media is not waited for any longer. */
    private static final Duration EXPECTED_AT_MOST = Duration.ofSeconds(60);

    /** LiveKit cuts the times of its events to whole seconds. */
    private static final Duration CUT = Duration.ofSeconds(1);

    private final Poll poll;
    private final RoomRules rules;

    Reconciliation(Poll poll, RoomRules rules) {
        this.poll = poll;
        this.rules = rules;
    }

    void settle(Observation observation) {
        switch (observation) {
            case Listed listed -> listed(listed);
            case Observation.Absent absent -> openOnes(absent.roomSid()).forEach(this::absent);
            case Observation.Unreachable unreachable ->
                openOnes(unreachable.roomSid()).forEach(this::unreachable);
        }
    }

    private List<Open> openOnes(String roomSid) {
        return rules.state().sessions().values().stream()
                .filter(Open.class::isInstance)
                .map(Open.class::cast)
                .filter(open -> roomSid.isEmpty() || open.sid().equals(roomSid))
                .sorted(Comparator.comparing(Open::sid))
                .toList();
    }

    private void absent(Open open) {
        if (open.lastActiveAt().plus(CUT).isAfter(poll.observedAt())) {
            return;
        }
        Instant since = open.watch().absentSince();
        if (since != null && isAfter(since, POLLS_APART)) {
            rules.speak(Source.RECONCILER, since);
            rules.close(open, NOT_LISTED, ROOM_CLOSED, true);
            return;
        }
        if (since == null) {
            rules.watch(open, open.watch().absent(poll.observedAt()));
        }
        rules.doubt(open.sid(), Doubt.Reason.ABSENT);
    }

    private void unreachable(Open open) {
        Instant before = open.watch().unreachableAt();
        if (before != null && !poll.observedAt().isAfter(before)) {
            return;
        }
        Watch watch = open.watch().unreachable(poll.observedAt());
        rules.watch(open, watch);
        if (watch.zombie() && !open.watch().zombie()) {
            rules.report(Anomaly.ZOMBIE_ROOM, open.sid(), "", "");
        }
        rules.doubt(open.sid(), Doubt.Reason.UNREACHABLE);
    }

    private void listed(Listed listed) {
        Session session = rules.upsert(new RoomSeen(listed.roomSid(), details(listed)));
        switch (session) {
            case Closed closed -> stillThere(closed, listed.participants());
            case Open open -> {
                List<Attendance> participants = listed.participants();
                rules.watch(
                        open,
                        participants == null
                                ? open.watch().listed()
                                : open.watch().answered());
                if (participants == null) {
                    compareNumbers(listed);
                } else {
                    compareParticipants(listed.roomSid(), participants);
                }
                lookIfEmpty(listed);
            }
        }
    }

    /** The room API may tell the time of creation in whole seconds: of one second the finer time is the right one. */
    private RoomDetails details(Listed listed) {
        RoomDetails told = listed.details();
        Session session = rules.state().session(listed.roomSid());
        Instant known = session == null ? null : session.createdAt();
        return known != null
                        && known.truncatedTo(ChronoUnit.SECONDS)
                                .equals(told.createdAt().truncatedTo(ChronoUnit.SECONDS))
                ? new RoomDetails(known, told.metadata(), told.maxParticipants(), told.agency())
                : told;
    }

    private void stillThere(Closed closed, @Nullable List<Attendance> participants) {
        if (participants == null) {
            return;
        }
        for (Attendance attendance : inOrder(participants)) {
            switch (rules.at(closed.sid())) {
                case Closed now
                when attendance.active() && !ended(now, attendance.sid()) ->
                    rules.stillThere(now, seen(attendance), attendance.details());
                case Open now when attendance.active() && !ended(now, attendance.sid()) -> appear(now, attendance);
                case Closed _, Open _ -> {
                    // Nobody comes back under a sid that has ended.
                }
            }
        }
    }

    private void compareNumbers(Listed listed) {
        if (!(rules.at(listed.roomSid()) instanceof Open open)) {
            return;
        }
        int number = listed.numParticipants();
        // LiveKit does not count everything that is connected: agents are in neither number.
        boolean agrees = number == open.people().size() || number == open.live().size();
        Instant since = open.watch().differsSince();
        if (agrees) {
            rules.watch(open, open.watch().differs(null));
        } else if (since == null) {
            rules.watch(open, open.watch().differs(poll.recordedAt()));
        } else if (hasLasted(since, DIFFERS_AT_MOST)) {
            rules.doubt(open.sid(), Doubt.Reason.COUNT_DIFFERS);
        }
        if (open.live().values().stream().anyMatch(Suspect.class::isInstance)) {
            rules.doubt(open.sid(), Doubt.Reason.SUSPECT);
        }
        if (!open.watch().missing().isEmpty()) {
            rules.doubt(open.sid(), Doubt.Reason.COUNT_DIFFERS);
        }
    }

    private void compareParticipants(String roomSid, List<Attendance> participants) {
        Map<String, Attendance> there = new LinkedHashMap<>();
        for (Attendance attendance : inOrder(participants)) {
            if (attendance.there() && rules.at(roomSid) instanceof Open open) {
                there.put(attendance.sid(), attendance);
                attends(open, attendance);
            }
        }
        if (rules.at(roomSid) instanceof Open open) {
            rules.watch(
                    open,
                    open.watch()
                            .differs(null)
                            .missingOnly(open.live().minusAll(there.keySet()).keySet()));
            for (Live live : RoomRules.sorted(open)) {
                if (!there.containsKey(live.sid())) {
                    isMissing(roomSid, live);
                }
            }
        }
    }

    private void attends(Open open, Attendance attendance) {
        if (rules.known(open, attendance.sid()) instanceof Present present) {
            rules.seenAgain(open, present, attendance.details());
        } else if (attendance.active() && !ended(open, attendance.sid())) {
            appear(open, attendance);
        }
    }

    private void appear(Open open, Attendance attendance) {
        rules.appear(open.sid(), attendance.sid(), attendance.details(), true);
        for (Track track : attendance.tracks()) {
            if (rules.at(open.sid()) instanceof Open now && !rules.ended(now, track)) {
                Live publisher = now.live().get(attendance.sid());
                if (publisher != null) {
                    rules.publish(now, publisher, track);
                }
            }
        }
    }

    private void isMissing(String roomSid, Live live) {
        if (!(rules.at(roomSid) instanceof Open open) || cameAfterThePoll(live)) {
            return;
        }
        Instant since = open.watch().missing().get(live.sid());
        if (live instanceof Suspect suspect && hasLasted(suspect.recordedAt(), SUSPECT_AT_MOST)) {
            rules.speak(Source.TIMER, suspect.since());
            rules.leave(open, suspect, suspect.profile(), NODE_LOST, true, false);
        } else if (since != null && isAfter(since, POLLS_APART)) {
            rules.speak(Source.RECONCILER, since);
            switch (live) {
                case Present present -> rules.leave(open, present, present.profile(), UNKNOWN_REASON, true, false);
                case Provisional sighted -> rules.change(new ParticipantForgotten(roomSid, sighted.sid()));
            }
        } else {
            if (since == null) {
                rules.watch(open, open.watch().missing(live.sid(), poll.observedAt()));
            }
            rules.doubt(roomSid, live instanceof Suspect ? Doubt.Reason.SUSPECT : Doubt.Reason.COUNT_DIFFERS);
        }
        rules.speak(Source.RECONCILER, poll.observedAt());
    }

    private boolean cameAfterThePoll(Live live) {
        return switch (live) {
            case Present present -> !present.joinedAt().isBefore(poll.observedAt());
            case Provisional sighted -> sighted.seenAt().plus(CUT).isAfter(poll.observedAt());
        };
    }

    private void lookIfEmpty(Listed listed) {
        if (!(rules.at(listed.roomSid()) instanceof Open open)) {
            return;
        }
        List<Attendance> participants = listed.participants();
        if (!open.live().isEmpty()
                || (participants != null && participants.stream().anyMatch(this::isThereOrExpected))) {
            rules.watch(open, open.watch().empty(null));
            return;
        }
        Instant since = open.watch().emptySince();
        if (since == null) {
            rules.watch(open, open.watch().empty(poll.recordedAt()));
        } else if (hasLasted(since, listed.patience().plus(EMPTY_AT_MOST))) {
            if (participants == null) {
                rules.doubt(open.sid(), Doubt.Reason.EMPTY);
            } else {
                rules.speak(Source.TIMER, poll.observedAt());
                rules.close(open, EMPTY, ROOM_CLOSED, true);
            }
        }
    }

    private boolean isThereOrExpected(Attendance attendance) {
        return attendance.there()
                && (attendance.active() || !hasLasted(attendance.details().joinedAt(), EXPECTED_AT_MOST));
    }

    private boolean ended(Session session, String participantSid) {
        Participant known = rules.known(session, participantSid);
        return known instanceof Left || known instanceof Terminated;
    }

    private boolean isAfter(Instant earlierPoll, Duration apart) {
        return !poll.observedAt().isBefore(earlierPoll.plus(apart));
    }

    private boolean hasLasted(Instant since, Duration atMost) {
        return !poll.recordedAt().isBefore(since.plus(atMost));
    }

    private static ParticipantSeen seen(Attendance attendance) {
        return new ParticipantSeen(
                attendance.sid(), attendance.details().profile().identity(), attendance.details());
    }

    private static List<Attendance> inOrder(List<Attendance> participants) {
        return participants.stream()
                .sorted(Comparator.comparing(
                                (Attendance attendance) -> attendance.details().joinedAt())
                        .thenComparing(Attendance::sid))
                .toList();
    }
}
