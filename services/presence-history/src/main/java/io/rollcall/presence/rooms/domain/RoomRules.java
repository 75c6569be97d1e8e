package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Change.Anomaly;
import io.rollcall.presence.rooms.domain.Change.AnomalyReported;
import io.rollcall.presence.rooms.domain.Change.ConnectionAborted;
import io.rollcall.presence.rooms.domain.Change.Fact;
import io.rollcall.presence.rooms.domain.Change.LeavingCorrected;
import io.rollcall.presence.rooms.domain.Change.ParticipantDescribed;
import io.rollcall.presence.rooms.domain.Change.ParticipantForgotten;
import io.rollcall.presence.rooms.domain.Change.ParticipantJoined;
import io.rollcall.presence.rooms.domain.Change.ParticipantLeft;
import io.rollcall.presence.rooms.domain.Change.ParticipantRevived;
import io.rollcall.presence.rooms.domain.Change.ParticipantSighted;
import io.rollcall.presence.rooms.domain.Change.ParticipantSuspected;
import io.rollcall.presence.rooms.domain.Change.ParticipantTerminated;
import io.rollcall.presence.rooms.domain.Change.Reported;
import io.rollcall.presence.rooms.domain.Change.RoomClosed;
import io.rollcall.presence.rooms.domain.Change.RoomClosingCorrected;
import io.rollcall.presence.rooms.domain.Change.RoomDescribed;
import io.rollcall.presence.rooms.domain.Change.RoomOpened;
import io.rollcall.presence.rooms.domain.Change.RoomOpeningCorrected;
import io.rollcall.presence.rooms.domain.Change.RoomWatched;
import io.rollcall.presence.rooms.domain.Change.TrackDescribed;
import io.rollcall.presence.rooms.domain.Change.TrackEnded;
import io.rollcall.presence.rooms.domain.Change.TrackPublished;
import io.rollcall.presence.rooms.domain.Change.TrackUnpublished;
import io.rollcall.presence.rooms.domain.Decision.Doubt;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Decision.Told;
import io.rollcall.presence.rooms.domain.Participant.Aborted;
import io.rollcall.presence.rooms.domain.Participant.Active;
import io.rollcall.presence.rooms.domain.Participant.Left;
import io.rollcall.presence.rooms.domain.Participant.Live;
import io.rollcall.presence.rooms.domain.Participant.Present;
import io.rollcall.presence.rooms.domain.Participant.Provisional;
import io.rollcall.presence.rooms.domain.Participant.Suspect;
import io.rollcall.presence.rooms.domain.Participant.Terminated;
import io.rollcall.presence.rooms.domain.Session.Closed;
import io.rollcall.presence.rooms.domain.Session.Open;
import io.rollcall.presence.rooms.domain.Webhook.Origin;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantSeen;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.RoomSeen;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One decision in the making: every change is folded at once, so that the next rule sees it. */
final class RoomRules {

    private static final String ROOM_FINISHED = "ROOM_FINISHED";
    private static final String ROOM_CLOSED = "ROOM_CLOSED";
    private static final String NODE_LOST = "NODE_LOST";
    private static final String DUPLICATE_IDENTITY = "DUPLICATE_IDENTITY";

    /** A join so soon after its room's end belongs to the room that ended: LiveKit's times are whole seconds. */
    private static final Duration ENDED_WITH_ITS_ROOM = Duration.ofSeconds(2);

    private final List<Change> changes = new ArrayList<>(2);
    private final List<Told> told = new ArrayList<>(2);
    private final Set<Doubt> doubts = new LinkedHashSet<>(2);
    private Origin origin;
    private Source source;
    private RoomState state;

    RoomRules(Origin origin, Source source, RoomState state) {
        this.origin = origin;
        this.source = source;
        this.state = state;
    }

    Decision decision() {
        return new Decision(List.copyOf(changes), List.copyOf(told), List.copyOf(doubts), state);
    }

    /** What follows now is known in this way, and happened at this time. */
    void speak(Source how, Instant at) {
        source = how;
        origin = new Origin(at, origin.recordedAt());
    }

    /** A sign of life of the room, and of the participant it is about; what is reported is ordered against neither. */
    void heardOf(Webhook webhook) {
        if (!(webhook instanceof Webhook.Reported)
                && state.session(webhook.room().sid()) instanceof Open open) {
            watch(open, open.watch().heardOf(webhook.participantSid(), origin.createdAt()));
        }
    }

    /** The room's history says what it does not hold. */
    void leftOut(Webhook webhook) {
        if (!webhook.origin().leftOut().isEmpty()) {
            speak(Source.WEBHOOK, webhook.origin().createdAt());
            report(
                    Anomaly.TOO_LARGE,
                    webhook.room().sid(),
                    webhook.participantSid(),
                    String.join(", ", webhook.origin().leftOut()) + " left out");
        }
    }

    void watch(Open open, Watch watch) {
        if (!watch.equals(open.watch())) {
            change(new RoomWatched(open.sid(), watch));
        }
    }

    void doubt(String roomSid, Doubt.Reason reason) {
        doubts.add(new Doubt(roomSid, reason));
    }

    RoomState state() {
        return state;
    }

    /** R3. */
    void started(RoomSeen room) {
        switch (known(room.sid())) {
            case null -> open(room, false);
            case Open open when open.provisional() -> confirm(describe(open, room));
            case Open open -> rehost(describe(open, room));
            case Closed closed
            when origin.createdAt().isAfter(closed.toldAt()) && !replaced(closed) ->
                reopen(describe(closed, room), false);
            case Closed closed -> report(Anomaly.STARTED_AFTER_FINISH, closed.sid(), "", "");
        }
    }

    /** R4. */
    void finished(RoomSeen room) {
        switch (known(room.sid())) {
            case null -> {
                endOlderRooms(room);
                tell(opened(room, true));
                if (state.session(room.sid()) instanceof Open open) {
                    close(open, ROOM_FINISHED, ROOM_CLOSED, false);
                }
            }
            case Open open -> close(describe(open, room), ROOM_FINISHED, ROOM_CLOSED, false);
            case Closed closed
            when closed.inferred() ->
                tell(new RoomClosingCorrected(
                        closed.sid(),
                        endOfRoom(closed),
                        ROOM_FINISHED,
                        closed.closedAt(),
                        closed.reason(),
                        origin.createdAt()));
            case Closed closed -> report(Anomaly.FINISHED_TWICE, closed.sid(), "", "");
        }
    }

    /** R5, and R4 for what comes after the end of the room. */
    void joined(RoomSeen room, ParticipantSeen participant) {
        ParticipantDetails details = participant.details();
        Session session = upsert(room);
        Participant before = known(session, participant.sid());
        if (before instanceof Left || before instanceof Terminated) {
            report(Anomaly.JOIN_AFTER_END, session.sid(), participant.sid(), "");
        } else if (details == null) {
            sight(session, before, participant);
        } else if (details.disconnected()) {
            joinedAndGone(session, before, participant, details);
        } else if (session instanceof Closed closed) {
            joinedAfterTheEnd(closed, participant, details);
        } else if (before instanceof Present present) {
            seenAgain(session, present, details);
        } else {
            appear(session.sid(), participant.sid(), details, false);
        }
    }

    /** R6. */
    void left(RoomSeen room, ParticipantSeen participant) {
        Session session = upsert(room);
        ParticipantDetails details = participant.details();
        String reason = details == null ? "UNKNOWN_REASON" : details.disconnectReason();
        switch (known(session, participant.sid())) {
            case Present present ->
                leave(session, present, details == null ? present.profile() : details.profile(), reason, false, false);
            case Left left
            when left.inferred() ->
                tell(new LeavingCorrected(
                        session.sid(),
                        left.sid(),
                        left.identity(),
                        later(origin.createdAt(), left.joinedAt()),
                        reason,
                        left.leftAt(),
                        left.reason(),
                        origin.createdAt()));
            case Left left -> report(Anomaly.LEFT_TWICE, session.sid(), left.sid(), "");
            case Provisional _, Aborted _, Terminated _ -> rebuild(session, participant, details, reason);
            case null -> rebuild(session, participant, details, reason);
        }
    }

    /** R7. */
    void aborted(RoomSeen room, ParticipantSeen participant) {
        Session session = upsert(room);
        switch (known(session, participant.sid())) {
            case Active active -> {
                report(Anomaly.ABORTED_WHILE_ACTIVE, session.sid(), active.sid(), "");
                suspect(session.sid(), active.sid());
            }
            case Suspect suspect -> report(Anomaly.ABORTED_WHILE_ACTIVE, session.sid(), suspect.sid(), "");
            case Left left -> report(Anomaly.ABORTED_AFTER_END, session.sid(), left.sid(), "");
            case Aborted _ -> {
                // The same abort under another event id: it has been told.
            }
            case Provisional sighted -> {
                change(new ParticipantForgotten(session.sid(), sighted.sid()));
                abort(session, participant);
            }
            case Terminated _ -> abort(session, participant);
            case null -> abort(session, participant);
        }
    }

    /** R8. */
    void published(RoomSeen room, ParticipantSeen participant, Track track) {
        Session session = upsert(room);
        Participant before = known(session, participant.sid());
        if (session instanceof Closed || before instanceof Left || before instanceof Terminated) {
            report(Anomaly.TRACK_AFTER_END, session.sid(), participant.sid(), track.sid());
            return;
        }
        if (before instanceof Suspect suspect && !origin.createdAt().isBefore(suspect.since())) {
            change(new ParticipantRevived(session.sid(), suspect.sid()));
        }
        if (!ended(session, track)) {
            Live publisher = sight(session, before, participant);
            if (publisher != null) {
                publish(session, publisher, track);
            }
        }
    }

    /** R8. */
    void unpublished(RoomSeen room, ParticipantSeen participant, Track track) {
        Session session = upsert(room);
        Participant before = known(session, participant.sid());
        Live publisher = session instanceof Closed || before instanceof Left || before instanceof Terminated
                ? null
                : sight(session, before, participant);
        if (publisher != null && publisher.tracks().containsKey(track.sid())) {
            tell(new TrackUnpublished(
                    session.sid(),
                    publisher.sid(),
                    publisher.identity(),
                    track.sid(),
                    origin.createdAt(),
                    origin.recordedAt()));
        } else if (!ended(session, track)) {
            change(new TrackEnded(session.sid(), track.sid(), origin.recordedAt()));
        }
    }

    /** Egress and ingress are not ordered against the room's events: their end proves no room. */
    void reported(Webhook.Reported reported) {
        if (!reported.room().sid().isEmpty() && !reported.event().endsWith("_ended")) {
            upsert(reported.room());
        }
        tell(new Reported(
                reported.room().sid(),
                reported.event(),
                reported.subjectId(),
                reported.status(),
                reported.payload(),
                origin.createdAt()));
    }

    /** R2: any event with a room sid makes the room. */
    Session upsert(RoomSeen room) {
        return switch (known(room.sid())) {
            case null -> open(room, true);
            case Open open -> settle(describe(open, room));
            case Closed closed -> describe(closed, room);
        };
    }

    private Session open(RoomSeen room, boolean provisional) {
        endOlderRooms(room);
        tell(opened(room, provisional));
        return settle(at(room.sid()));
    }

    private RoomOpened opened(RoomSeen room, boolean provisional) {
        RoomDetails details = room.details();
        return new RoomOpened(
                room.sid(), details == null ? origin.createdAt() : details.createdAt(), details, provisional);
    }

    private Session reopen(Session closed, boolean provisional) {
        RoomDetails details = closed.details();
        endOlderRooms(new RoomSeen(closed.sid(), details));
        Instant endedAt = closed.epoch().endedAt();
        tell(new RoomOpened(
                closed.sid(),
                endedAt == null ? origin.createdAt() : later(origin.createdAt(), endedAt),
                details,
                provisional));
        return at(closed.sid());
    }

    private void confirm(Session provisional) {
        Session session = settle(provisional);
        Instant createdAt = session.createdAt();
        tell(new RoomOpeningCorrected(
                session.sid(),
                session.epochs().size() > 1 || createdAt == null
                        ? session.epoch().createdAt()
                        : createdAt,
                session.epoch().createdAt(),
                origin.createdAt()));
    }

    private void rehost(Session session) {
        report(Anomaly.ROOM_REHOSTED, session.sid(), "", "");
        if (session instanceof Open open) {
            sorted(open).stream()
                    .filter(participant -> participant instanceof Active active
                            && active.joinedAt().isBefore(origin.createdAt()))
                    .forEach(participant -> suspect(open.sid(), participant.sid()));
        }
    }

    private void suspect(String roomSid, String participantSid) {
        change(new ParticipantSuspected(roomSid, participantSid, origin.createdAt(), origin.recordedAt()));
        doubt(roomSid, Doubt.Reason.SUSPECT);
    }

    /** R3, seen from the newer room: those of the same name that are older have ended with their node. */
    private void endOlderRooms(RoomSeen room) {
        RoomDetails details = room.details();
        if (details == null) {
            return;
        }
        for (Session other : List.copyOf(state.sessions().values())) {
            if (other instanceof Open rival && !rival.sid().equals(room.sid()) && olderThan(rival, details)) {
                close(rival, NODE_LOST, NODE_LOST, true);
            }
        }
    }

    /** R3, seen from the room itself: the others that are older have ended, or it has, when another one is newer. */
    private Session settle(Session session) {
        if (session instanceof Open open && state.sessions().size() > 1) {
            endOlderRooms(new RoomSeen(open.sid(), open.details()));
            if (replaced(open)) {
                close(open, NODE_LOST, NODE_LOST, true);
            }
            return at(open.sid());
        }
        return session;
    }

    /** Whether a newer room of the same name is open; of two made in one millisecond the open one is the newer. */
    private boolean replaced(Session session) {
        Instant createdAt = session.createdAt();
        return createdAt != null
                && state.sessions().values().stream()
                        .anyMatch(other -> other instanceof Open rival
                                && !rival.sid().equals(session.sid())
                                && !madeBefore(rival, createdAt));
    }

    /** Also true of a room that has not told when it was made: it replaces nothing. */
    private static boolean madeBefore(Session session, Instant moment) {
        Instant createdAt = session.createdAt();
        return createdAt == null || createdAt.isBefore(moment);
    }

    /** Of two that were made in the same millisecond the one that is told later is the newer. */
    private static boolean olderThan(Open rival, RoomDetails details) {
        Instant createdAt = rival.createdAt();
        return createdAt != null && !createdAt.isAfter(details.createdAt());
    }

    void close(Session session, String reason, String reasonOfTheRest, boolean inferred) {
        if (session instanceof Open open) {
            for (Live participant : sorted(open)) {
                if (participant instanceof Present present) {
                    leave(open, present, present.profile(), reasonOfTheRest, true, false);
                } else {
                    change(new ParticipantForgotten(open.sid(), participant.sid()));
                }
            }
        }
        tell(new RoomClosed(
                session.sid(), endOfRoom(session), reason, inferred, origin.createdAt(), origin.recordedAt()));
    }

    private Instant endOfRoom(Session session) {
        Instant createdAt = session.createdAt();
        Instant openedAt = session.epoch().createdAt();
        return later(origin.createdAt(), createdAt == null ? openedAt : later(createdAt, openedAt));
    }

    /** Somebody is in a room that has ended: it has not, unless a newer one of its name is open. */
    void stillThere(Closed closed, ParticipantSeen participant, ParticipantDetails details) {
        if (origin.createdAt().isAfter(closed.toldAt().plus(ENDED_WITH_ITS_ROOM)) && !replaced(closed)) {
            joinedAfterTheEnd(closed, participant, details);
        }
    }

    private void joinedAfterTheEnd(Closed closed, ParticipantSeen participant, ParticipantDetails details) {
        boolean later = origin.createdAt().isAfter(closed.toldAt().plus(ENDED_WITH_ITS_ROOM));
        if (later && !replaced(closed)) {
            report(Anomaly.REOPENED_AFTER_FINISH, closed.sid(), participant.sid(), "");
            reopen(closed, true);
            appear(closed.sid(), participant.sid(), details, false);
            return;
        }
        if (later) {
            report(Anomaly.JOIN_IN_REPLACED_ROOM, closed.sid(), participant.sid(), "");
        }
        boolean lost = closed.reason().equals(NODE_LOST);
        joinedAndOver(closed.sid(), participant.sid(), details, false);
        tell(new ParticipantLeft(
                closed.sid(),
                participant.sid(),
                details.profile(),
                details.joinedAt(),
                later(closed.closedAt(), details.joinedAt()),
                lost ? NODE_LOST : ROOM_CLOSED,
                true,
                false,
                origin.recordedAt()));
    }

    /** A join that says DISCONNECTED is an end. */
    private void joinedAndGone(
            Session session, @Nullable Participant before, ParticipantSeen participant, ParticipantDetails details) {
        if (before instanceof Present present) {
            leave(session, present, details.profile(), details.disconnectReason(), true, false);
        } else if (!(before instanceof Aborted)) {
            if (before instanceof Provisional) {
                change(new ParticipantForgotten(session.sid(), participant.sid()));
            }
            report(Anomaly.JOINED_DISCONNECTED, session.sid(), participant.sid(), "");
            change(new ParticipantTerminated(session.sid(), participant.sid(), details.profile(), origin.recordedAt()));
        }
    }

    void seenAgain(Session session, Present present, ParticipantDetails details) {
        if (present instanceof Suspect suspect && !origin.createdAt().isBefore(suspect.since())) {
            change(new ParticipantRevived(session.sid(), present.sid()));
        }
        if (details.newerThan(present.version(), present.state())) {
            change(new ParticipantDescribed(session.sid(), present.sid(), details));
        }
    }

    /** R5: somebody comes, in the place of whoever held the identity before, unless that one is newer. */
    void appear(String roomSid, String participantSid, ParticipantDetails details, boolean inferred) {
        Live holder = holder(roomSid, details.profile().identity(), participantSid);
        if (holder instanceof Present newer && newer.joinedAt().isAfter(details.joinedAt())) {
            joinedAndOver(roomSid, participantSid, details, inferred);
            tell(new ParticipantLeft(
                    roomSid,
                    participantSid,
                    details.profile(),
                    details.joinedAt(),
                    later(origin.createdAt(), details.joinedAt()),
                    DUPLICATE_IDENTITY,
                    true,
                    false,
                    origin.recordedAt()));
            return;
        }
        if (holder != null) {
            supersede(roomSid, holder, true);
        }
        tell(new ParticipantJoined(
                roomSid,
                participantSid,
                details.profile(),
                details.joinedAt(),
                details.version(),
                details.state(),
                inferred,
                false));
    }

    private void supersede(String roomSid, Live holder, boolean succeeded) {
        if (holder instanceof Present present) {
            leave(at(roomSid), present, present.profile(), DUPLICATE_IDENTITY, true, succeeded);
        } else {
            change(new ParticipantForgotten(roomSid, holder.sid()));
        }
    }

    private @Nullable Live holder(String roomSid, String identity, String otherThan) {
        Live holder = state.session(roomSid) instanceof Open open ? open.holder(identity) : null;
        return holder == null || holder.sid().equals(otherThan) ? null : holder;
    }

    void leave(
            Session session,
            Present present,
            Webhook.Profile profile,
            String reason,
            boolean inferred,
            boolean succeeded) {
        tell(new ParticipantLeft(
                session.sid(),
                present.sid(),
                profile,
                present.joinedAt(),
                later(origin.createdAt(), present.joinedAt()),
                reason,
                inferred,
                succeeded,
                origin.recordedAt()));
    }

    /** R6: a leave tells the whole stay, so that a lost join costs nothing. */
    private void rebuild(
            Session session, ParticipantSeen participant, @Nullable ParticipantDetails details, String reason) {
        if (details == null) {
            change(new ParticipantTerminated(
                    session.sid(),
                    participant.sid(),
                    new Webhook.Profile(participant.identity(), "", "STANDARD", false, false, "", Map.of()),
                    origin.recordedAt()));
            return;
        }
        Live holder = holder(session.sid(), details.profile().identity(), participant.sid());
        if (holder instanceof Present older && older.joinedAt().isBefore(details.joinedAt())) {
            supersede(session.sid(), older, false);
        }
        joinedAndOver(session.sid(), participant.sid(), details, true);
        tell(new ParticipantLeft(
                session.sid(),
                participant.sid(),
                details.profile(),
                details.joinedAt(),
                later(origin.createdAt(), details.joinedAt()),
                reason,
                false,
                false,
                origin.recordedAt()));
    }

    private void joinedAndOver(String roomSid, String participantSid, ParticipantDetails details, boolean inferred) {
        tell(new ParticipantJoined(
                roomSid,
                participantSid,
                details.profile(),
                details.joinedAt(),
                details.version(),
                details.state(),
                inferred,
                true));
    }

    private void abort(Session session, ParticipantSeen participant) {
        ParticipantDetails details = participant.details();
        tell(new ConnectionAborted(
                session.sid(),
                participant.sid(),
                details == null
                        ? new Webhook.Profile(participant.identity(), "", "STANDARD", false, false, "", Map.of())
                        : details.profile(),
                details == null ? "UNKNOWN_REASON" : details.disconnectReason(),
                origin.createdAt()));
    }

    void publish(Session session, Live publisher, Track track) {
        Track before = publisher.tracks().get(track.sid());
        if (before == null) {
            tell(new TrackPublished(session.sid(), publisher.sid(), publisher.identity(), track, origin.createdAt()));
        } else if (track.version() > before.version()) {
            change(new TrackDescribed(session.sid(), publisher.sid(), track));
        }
    }

    /** R2: any event with a participant sid makes the participant. */
    private @Nullable Live sight(Session session, @Nullable Participant before, ParticipantSeen participant) {
        if (session instanceof Closed) {
            return null;
        }
        if (!(before instanceof Live)) {
            change(new ParticipantSighted(
                    session.sid(), participant.sid(), participant.identity(), origin.createdAt()));
        }
        return at(session.sid()) instanceof Open open ? open.live().get(participant.sid()) : null;
    }

    private Session describe(Session session, RoomSeen room) {
        RoomDetails details = room.details();
        if (details == null || details.equals(session.details())) {
            return session;
        }
        change(new RoomDescribed(session.sid(), details));
        return at(session.sid());
    }

    boolean ended(Session session, Track track) {
        Instant recordedAt = session.past().unpublished().get(track.sid());
        return recordedAt != null && !expired(recordedAt);
    }

    @Nullable
    Session known(String roomSid) {
        Session session = state.session(roomSid);
        return session instanceof Closed closed && expired(closed.recordedAt()) ? null : session;
    }

    @Nullable
    Participant known(Session session, String participantSid) {
        Live live = session instanceof Open open ? open.live().get(participantSid) : null;
        if (live != null) {
            return live;
        }
        return switch (session.past().gone().get(participantSid)) {
            case Left left when expired(left.recordedAt()) -> null;
            case Terminated terminated when expired(terminated.recordedAt()) -> null;
            case Left left -> left;
            case Terminated terminated -> terminated;
            case Aborted aborted -> aborted;
            case null -> null;
        };
    }

    private boolean expired(Instant recordedAt) {
        return !origin.recordedAt().isBefore(recordedAt.plus(RoomDecider.TOMBSTONE));
    }

    static List<Live> sorted(Open open) {
        return open.live().values().stream()
                .sorted(Comparator.comparing(Participant::sid))
                .toList();
    }

    Session at(String roomSid) {
        Session session = state.session(roomSid);
        if (session == null) {
            throw new IllegalStateException("a session that was just opened is not there");
        }
        return session;
    }

    void report(Anomaly code, String roomSid, String participantSid, String detail) {
        tell(new AnomalyReported(roomSid, code, participantSid, detail, origin.createdAt()));
    }

    private void tell(Fact fact) {
        change(fact);
        Session session = state.session(fact.roomSid());
        told.add(new Told(
                fact,
                fact.sequenced() ? state.sequence() : 0,
                state.people(fact.roomSid()),
                session == null ? 1 : session.epochs().size(),
                session == null ? "" : session.agency(),
                source));
    }

    void change(Change change) {
        changes.add(change);
        state = RoomDecider.evolve(state, change);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
