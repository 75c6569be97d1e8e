package io.rollcall.presence.rooms.domain;

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
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Observation.Poll;
import io.rollcall.presence.rooms.domain.Participant.Aborted;
import io.rollcall.presence.rooms.domain.Participant.Active;
import io.rollcall.presence.rooms.domain.Participant.Left;
import io.rollcall.presence.rooms.domain.Participant.Live;
import io.rollcall.presence.rooms.domain.Participant.Provisional;
import io.rollcall.presence.rooms.domain.Participant.Suspect;
import io.rollcall.presence.rooms.domain.Participant.Terminated;
import io.rollcall.presence.rooms.domain.Session.Closed;
import io.rollcall.presence.rooms.domain.Session.Open;
import io.rollcall.presence.rooms.domain.Webhook.Origin;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;

/** Rules R1 to R13 of the LiveKit contract, for one room key at a time. */
public final class RoomDecider {

    /** How long nobody comes back under a sid that has ended. */
    public static final Duration TOMBSTONE = Duration.ofHours(24);

    private RoomDecider() {}

    /** What follows from a webhook. A second copy of a webhook must not come here (R1). */
    public static Decision decide(Webhook webhook, RoomState state) {
        var rules = new RoomRules(webhook.origin(), Source.WEBHOOK, state);
        rules.heardOf(webhook);
        switch (webhook) {
            case Webhook.RoomStarted started -> rules.started(started.room());
            case Webhook.RoomFinished finished -> rules.finished(finished.room());
            case Webhook.ParticipantJoined joined -> rules.joined(joined.room(), joined.participant());
            case Webhook.ParticipantLeft left -> rules.left(left.room(), left.participant());
            case Webhook.ConnectionAborted aborted -> rules.aborted(aborted.room(), aborted.participant());
            case Webhook.TrackPublished published ->
                rules.published(published.room(), published.participant(), published.track());
            case Webhook.TrackUnpublished unpublished ->
                rules.unpublished(unpublished.room(), unpublished.participant(), unpublished.track());
            case Webhook.Reported reported -> rules.reported(reported);
        }
        rules.leftOut(webhook);
        return rules.decision();
    }

    /** What follows from a poll of the room API (R10 to R12). */
    public static Decision decide(Observation observation, RoomState state) {
        Poll poll = observation.poll();
        var rules = new RoomRules(new Origin(poll.observedAt(), poll.recordedAt()), Source.RECONCILER, state);
        new Reconciliation(poll, rules).settle(observation);
        return rules.decision();
    }

    /** What is known after a change. */
    public static RoomState evolve(RoomState state, Change change) {
        return switch (change) {
            case Fact fact -> tell(state, fact);
            case RoomDescribed described ->
                inSession(state, described, session -> session.withDetails(described.details()));
            case ParticipantSighted sighted -> inOpen(state, sighted, open -> open.with(provisional(sighted)));
            case ParticipantDescribed described -> inOpen(state, described, open -> described(open, described));
            case ParticipantSuspected suspected -> inOpen(state, suspected, open -> suspected(open, suspected));
            case RoomWatched watched -> inOpen(state, watched, open -> open.watched(watched.watch()));
            case ParticipantRevived revived -> inOpen(state, revived, open -> revived(open, revived));
            case ParticipantForgotten forgotten ->
                inOpen(state, forgotten, open -> without(open, forgotten.participantSid(), false));
            case ParticipantTerminated terminated ->
                inSession(state, terminated, session -> terminated(session, terminated));
            case TrackDescribed described ->
                inOpen(state, described, open -> withTrack(open, described.participantSid(), described.track()));
            case TrackEnded ended ->
                inSession(
                        state,
                        ended,
                        session ->
                                session.withPast(session.past().withUnpublished(ended.trackSid(), ended.recordedAt())));
        };
    }

    private static RoomState tell(RoomState state, Fact fact) {
        RoomState counted = fact.sequenced() ? state.counted() : state;
        RoomState told = switch (fact) {
            case RoomOpened opened -> counted.with(opened(counted.session(opened.roomSid()), opened));
            case RoomClosed closed ->
                inOpen(
                        counted,
                        closed,
                        open -> open.closed(
                                closed.at(), closed.reason(), closed.inferred(), closed.toldAt(), closed.recordedAt()));
            case ParticipantJoined joined ->
                joined.over() ? counted : inOpen(counted, joined, open -> open.with(active(open, joined)));
            case ParticipantLeft left -> inSession(counted, left, session -> left(session, left));
            case ConnectionAborted aborted -> inSession(counted, aborted, session -> aborted(session, aborted));
            case TrackPublished published ->
                inOpen(counted, published, open -> withTrack(open, published.participantSid(), published.track()));
            case TrackUnpublished unpublished -> inOpen(counted, unpublished, open -> withoutTrack(open, unpublished));
            case RoomOpeningCorrected corrected -> inOpen(counted, corrected, open -> open.confirmed(corrected.at()));
            case RoomClosingCorrected corrected ->
                inSession(
                        counted,
                        corrected,
                        session -> session instanceof Closed closed
                                ? closed.corrected(corrected.at(), corrected.reason(), corrected.toldAt())
                                : session);
            case LeavingCorrected corrected -> inSession(counted, corrected, session -> corrected(session, corrected));
            case Reported _, AnomalyReported _ -> counted;
        };
        return fact.sequenced()
                ? inSession(
                        told,
                        fact,
                        session -> session.activeAt(
                                fact instanceof Change.Corrected corrected ? corrected.toldAt() : fact.at()))
                : told;
    }

    private static Session opened(@Nullable Session before, RoomOpened opened) {
        return before instanceof Closed closed
                ? closed.reopened(opened.at(), opened.provisional())
                : Open.opened(opened.roomSid(), opened.details(), opened.provisional(), opened.at());
    }

    /** Somebody who had been sighted keeps the tracks they were sighted by. */
    private static Active active(Open open, ParticipantJoined joined) {
        Live sighted = open.live().get(joined.participantSid());
        return new Active(
                joined.participantSid(),
                joined.profile(),
                joined.at(),
                joined.version(),
                joined.state(),
                sighted == null ? HashTreePMap.empty() : sighted.tracks());
    }

    private static Provisional provisional(ParticipantSighted sighted) {
        return new Provisional(sighted.participantSid(), sighted.identity(), sighted.at());
    }

    private static Session left(Session session, ParticipantLeft left) {
        var gone = new Left(
                left.participantSid(),
                left.profile(),
                left.joinedAt(),
                left.at(),
                left.reason(),
                left.inferred(),
                left.recordedAt());
        Session emptied =
                session instanceof Open open ? without(open, left.participantSid(), left.succeeded()) : session;
        return emptied.withPast(emptied.past().with(gone));
    }

    private static Session aborted(Session session, ConnectionAborted aborted) {
        boolean tombstoned = session.past().gone().get(aborted.participantSid()) instanceof Terminated;
        return tombstoned
                ? session
                : session.withPast(session.past()
                        .with(new Aborted(
                                aborted.participantSid(), aborted.profile(), aborted.reason(), aborted.at())));
    }

    private static Session terminated(Session session, ParticipantTerminated terminated) {
        return session.withPast(session.past()
                .with(new Terminated(terminated.participantSid(), terminated.profile(), terminated.recordedAt())));
    }

    private static Session corrected(Session session, LeavingCorrected corrected) {
        return session.past().gone().get(corrected.participantSid()) instanceof Left left
                ? session.withPast(session.past().with(left.corrected(corrected.at(), corrected.reason())))
                : session;
    }

    private static Open described(Open open, ParticipantDescribed described) {
        ParticipantDetails details = described.details();
        return switch (open.live().get(described.participantSid())) {
            case Active active ->
                open.changed(new Active(
                        active.sid(),
                        details.profile(),
                        active.joinedAt(),
                        details.version(),
                        details.state(),
                        active.tracks()));
            case Suspect suspect ->
                open.changed(new Suspect(
                        suspect.sid(),
                        details.profile(),
                        suspect.joinedAt(),
                        details.version(),
                        details.state(),
                        suspect.tracks(),
                        suspect.since(),
                        suspect.recordedAt()));
            case Provisional _ -> open;
            case null -> open;
        };
    }

    private static Open suspected(Open open, ParticipantSuspected suspected) {
        return open.live().get(suspected.participantSid()) instanceof Active active
                ? open.changed(active.suspectedAt(suspected.since(), suspected.recordedAt()))
                : open;
    }

    private static Open revived(Open open, ParticipantRevived revived) {
        return open.live().get(revived.participantSid()) instanceof Suspect suspect
                ? open.changed(suspect.cleared())
                : open;
    }

    private static Open without(Open open, String participantSid, boolean succeeded) {
        Live participant = open.live().get(participantSid);
        return participant == null ? open : open.without(participant, succeeded);
    }

    private static Open withTrack(Open open, String participantSid, Track track) {
        Live participant = open.live().get(participantSid);
        return participant == null
                ? open
                : open.changed(participant.withTracks(participant.tracks().plus(track.sid(), track)));
    }

    private static Open withoutTrack(Open open, TrackUnpublished unpublished) {
        Live participant = open.live().get(unpublished.participantSid());
        Open without = participant == null
                ? open
                : open.changed(participant.withTracks(participant.tracks().minus(unpublished.trackSid())));
        return without.withPast(without.past().withUnpublished(unpublished.trackSid(), unpublished.recordedAt()));
    }

    private static RoomState inSession(RoomState state, Change change, UnaryOperator<Session> step) {
        Session session = state.session(change.roomSid());
        return session == null ? state : state.with(step.apply(session));
    }

    private static RoomState inOpen(RoomState state, Change change, Function<Open, ? extends Session> step) {
        return state.session(change.roomSid()) instanceof Open open ? state.with(step.apply(open)) : state;
    }
}
