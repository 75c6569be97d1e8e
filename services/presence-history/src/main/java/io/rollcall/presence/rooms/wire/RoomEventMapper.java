package io.rollcall.presence.rooms.wire;

import io.rollcall.presence.rooms.domain.Change;
import io.rollcall.presence.rooms.domain.Decision.Doubt;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Decision.Told;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.ReconcileReason;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.schemas.rooms.AnomalyReported;
import io.rollcall.schemas.rooms.ConnectionAborted;
import io.rollcall.schemas.rooms.Corrected;
import io.rollcall.schemas.rooms.CorrectionSubject;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.Reported;
import io.rollcall.schemas.rooms.RoomClosed;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomOpened;
import io.rollcall.schemas.rooms.TrackPublished;
import io.rollcall.schemas.rooms.TrackUnpublished;

/** Facts as everybody reads them. */
public final class RoomEventMapper {

    private static final String AGENCY = "agency";

    private RoomEventMapper() {}

    /**
     * The nth fact that came of an event or a poll.
     *
     * @param cause the event or the poll
     * @param ids the ids of what came of it
     */
    public static RoomEvent roomEvent(Told told, int n, String roomKey, String roomName, Cause cause, FactIds ids) {
        Change.Fact fact = told.fact();
        var event = new RoomEvent();
        event.setId(ids.nth(n));
        event.setOccurredAt(fact.at());
        event.setRecordedAt(ids.recordedAt());
        event.setSource(source(told.source()));
        event.setInferred(fact.inferred());
        event.setCorrelationId(cause.correlationId());
        event.setCommandId(cause.commandId());
        event.setLivekitEventId(cause.livekitEventId());
        event.setRoomKey(roomKey);
        event.setRoomName(roomName);
        event.setRoomSid(fact.roomSid());
        event.setEpoch(told.epoch());
        event.setSequence(told.sequence());
        event.setPeople(told.people());
        event.setAgency(told.agency());
        fill(event, fact);
        return event;
    }

    /** How it is known. */
    public static EventSource source(Source source) {
        return switch (source) {
            case WEBHOOK -> EventSource.WEBHOOK;
            case RECONCILER -> EventSource.RECONCILER;
            case TIMER -> EventSource.TIMER;
        };
    }

    /** A question to the room API. */
    public static ReconcileRequest request(Doubt doubt, int n, String roomName, Cause cause, FactIds ids) {
        var request = new ReconcileRequest();
        request.setId(ids.nthDoubt(n));
        request.setRequestedAt(ids.recordedAt());
        request.setCorrelationId(cause.correlationId());
        request.setRoomName(roomName);
        request.setRoomSid(doubt.roomSid());
        request.setReason(
                switch (doubt.reason()) {
                    case SUSPECT -> ReconcileReason.SUSPECT;
                    case EMPTY -> ReconcileReason.EMPTY;
                    case COUNT_DIFFERS -> ReconcileReason.COUNT_DIFFERS;
                    case ABSENT -> ReconcileReason.ABSENT;
                    case UNREACHABLE -> ReconcileReason.UNREACHABLE;
                });
        return request;
    }

    /** Whose somebody is: their own attribute, else their room's. */
    public static String agency(Profile profile, String ofTheRoom) {
        String own = profile.attributes().get(AGENCY);
        return own == null || !Bounds.isName(own) ? ofTheRoom : own;
    }

    private static void fill(RoomEvent event, Change.Fact fact) {
        switch (fact) {
            case Change.RoomOpened opened -> {
                event.setType(RoomEventType.ROOM_OPENED);
                var details = opened.details();
                event.setRoomOpened(new RoomOpened(
                        details == null ? "" : details.metadata(),
                        details == null ? 0 : details.maxParticipants(),
                        opened.provisional()));
            }
            case Change.RoomClosed closed -> {
                event.setType(RoomEventType.ROOM_CLOSED);
                event.setRoomClosed(new RoomClosed(closed.reason()));
            }
            case Change.ParticipantJoined joined -> {
                event.setType(RoomEventType.PARTICIPANT_JOINED);
                event.setAgency(agency(joined.profile(), event.getAgency()));
                event.setParticipantJoined(new ParticipantJoined(
                        joined.participantSid(),
                        joined.profile().identity(),
                        joined.profile().name(),
                        joined.profile().kind(),
                        joined.profile().hidden(),
                        joined.at(),
                        joined.profile().attributes()));
            }
            case Change.ParticipantLeft left -> {
                event.setType(RoomEventType.PARTICIPANT_LEFT);
                event.setAgency(agency(left.profile(), event.getAgency()));
                event.setParticipantLeft(new ParticipantLeft(
                        left.participantSid(),
                        left.profile().identity(),
                        left.profile().kind(),
                        left.profile().hidden(),
                        left.reason(),
                        left.joinedAt(),
                        left.at(),
                        left.profile().attributes()));
            }
            case Change.ConnectionAborted aborted -> {
                event.setType(RoomEventType.CONNECTION_ABORTED);
                event.setAgency(agency(aborted.profile(), event.getAgency()));
                event.setConnectionAborted(new ConnectionAborted(
                        aborted.participantSid(),
                        aborted.profile().identity(),
                        aborted.reason(),
                        aborted.profile().attributes()));
            }
            case Change.TrackPublished published -> {
                event.setType(RoomEventType.TRACK_PUBLISHED);
                event.setTrackPublished(new TrackPublished(
                        published.participantSid(),
                        published.identity(),
                        published.track().sid(),
                        published.track().kind(),
                        published.track().source(),
                        published.track().mimeType()));
            }
            case Change.TrackUnpublished unpublished -> {
                event.setType(RoomEventType.TRACK_UNPUBLISHED);
                event.setTrackUnpublished(new TrackUnpublished(
                        unpublished.participantSid(), unpublished.identity(), unpublished.trackSid()));
            }
            case Change.RoomOpeningCorrected corrected -> correct(event, corrected, CorrectionSubject.ROOM, "", "");
            case Change.RoomClosingCorrected corrected -> correct(event, corrected, CorrectionSubject.ROOM, "", "");
            case Change.LeavingCorrected corrected ->
                correct(
                        event,
                        corrected,
                        CorrectionSubject.PARTICIPANT,
                        corrected.participantSid(),
                        corrected.identity());
            case Change.Reported reported -> {
                event.setType(RoomEventType.REPORTED);
                event.setReported(
                        new Reported(reported.event(), reported.subjectId(), reported.status(), reported.payload()));
            }
            case Change.AnomalyReported anomaly -> {
                event.setType(RoomEventType.ANOMALY_REPORTED);
                event.setAnomalyReported(
                        new AnomalyReported(anomaly.code().name(), anomaly.participantSid(), anomaly.detail()));
            }
        }
    }

    private static void correct(
            RoomEvent event,
            Change.Corrected corrected,
            CorrectionSubject subject,
            String participantSid,
            String identity) {
        event.setType(RoomEventType.CORRECTED);
        event.setOccurredAt(corrected.toldAt());
        event.setCorrected(new Corrected(
                subject,
                participantSid,
                identity,
                corrected.reason(),
                corrected.at(),
                corrected.previousReason(),
                corrected.previousAt()));
    }
}
