package io.rollcall.presence.rooms.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One event of a room's history: what the feeds carry, and reports and anomalies as well. What does not apply is
 * absent.
 *
 * @param type such as {@code participant_joined}, or that LiveKit told of egress, ingress or something new
 * @param sequence position on the feed {@code rooms:<name>}; 0 for what is not on it
 * @param source WEBHOOK, RECONCILER or TIMER
 * @param inferred whether it follows from something else
 * @param livekitEventId the webhook it came from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EventAnswer(
        String id,
        String type,
        String roomName,
        String roomSid,
        int epoch,
        long sequence,
        int people,
        String agency,
        Instant occurredAt,
        String source,
        boolean inferred,
        @Nullable String livekitEventId,
        @Nullable String identity,
        @Nullable String participantSid,
        @Nullable String name,
        @Nullable String kind,
        @Nullable String reason,
        @Nullable String trackSid,
        @Nullable String trackSource,
        @Nullable Report report,
        @Nullable Anomaly anomaly) {

    /** What LiveKit told besides presence. */
    record Report(String event, String subjectId, String status, String payload) {}

    /** What cannot be, and was told all the same. */
    record Anomaly(String code, String detail) {}

    /** What the kinds of events say differently. */
    private record Who(
            @Nullable String identity,
            @Nullable String participantSid,
            @Nullable String name,
            @Nullable String kind,
            @Nullable String reason,
            @Nullable String trackSid,
            @Nullable String trackSource) {

        private static final Who NOBODY = new Who(null, null, null, null, null, null, null);

        static Who because(String reason) {
            return new Who(null, null, null, null, reason, null, null);
        }

        static Who participant(String identity, String sid, @Nullable String kind, @Nullable String reason) {
            return new Who(identity, sid, null, kind, reason, null, null);
        }

        static Who publisher(String identity, String sid, String trackSid, @Nullable String trackSource) {
            return new Who(identity, sid, null, null, null, trackSid, trackSource);
        }

        Who called(String called) {
            return new Who(identity, participantSid, called, kind, reason, trackSid, trackSource);
        }
    }

    static EventAnswer of(RoomEvent event) {
        Who who = who(event);
        var reported = event.getReported();
        var anomaly = event.getAnomalyReported();
        return new EventAnswer(
                event.getId(),
                event.getType().name().toLowerCase(Locale.ROOT),
                event.getRoomName(),
                event.getRoomSid(),
                event.getEpoch(),
                event.getSequence(),
                event.getPeople(),
                event.getAgency(),
                event.getOccurredAt(),
                event.getSource().name(),
                event.getInferred(),
                event.getLivekitEventId(),
                who.identity(),
                who.participantSid(),
                who.name(),
                who.kind(),
                who.reason(),
                who.trackSid(),
                who.trackSource(),
                reported == null
                        ? null
                        : new Report(
                                reported.getEvent(),
                                reported.getSubjectId(),
                                reported.getStatus(),
                                reported.getPayload()),
                anomaly == null ? null : new Anomaly(anomaly.getCode(), anomaly.getDetail()));
    }

    private static Who who(RoomEvent event) {
        return switch (event.getType()) {
            case ROOM_CLOSED -> Who.because(event.getRoomClosed().getReason());
            case PARTICIPANT_JOINED -> {
                var joined = event.getParticipantJoined();
                yield Who.participant(joined.getIdentity(), joined.getParticipantSid(), joined.getKind(), null)
                        .called(joined.getName());
            }
            case PARTICIPANT_LEFT -> {
                var left = event.getParticipantLeft();
                yield Who.participant(left.getIdentity(), left.getParticipantSid(), left.getKind(), left.getReason());
            }
            case CONNECTION_ABORTED -> {
                var aborted = event.getConnectionAborted();
                yield Who.participant(aborted.getIdentity(), aborted.getParticipantSid(), null, aborted.getReason());
            }
            case TRACK_PUBLISHED -> {
                var published = event.getTrackPublished();
                yield Who.publisher(
                        published.getIdentity(),
                        published.getParticipantSid(),
                        published.getTrackSid(),
                        published.getTrackSource());
            }
            case TRACK_UNPUBLISHED -> {
                var unpublished = event.getTrackUnpublished();
                yield Who.publisher(
                        unpublished.getIdentity(), unpublished.getParticipantSid(), unpublished.getTrackSid(), null);
            }
            case CORRECTED -> {
                var corrected = event.getCorrected();
                yield Who.participant(
                        corrected.getIdentity(), corrected.getParticipantSid(), null, corrected.getReason());
            }
            case ANOMALY_REPORTED ->
                Who.participant("", event.getAnomalyReported().getParticipantSid(), null, null);
            case ROOM_OPENED, REPORTED, UNKNOWN -> Who.NOBODY;
        };
    }
}
