package io.rollcall.presence.rooms.wire;

import io.rollcall.presence.rooms.domain.Observation;
import io.rollcall.presence.rooms.domain.Observation.Attendance;
import io.rollcall.presence.rooms.domain.Observation.Poll;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ObservedParticipant;
import io.rollcall.schemas.livekit.ObservedRoom;
import io.rollcall.schemas.livekit.ObservedTrack;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a poll found. Not for several threads. */
public final class ObservationMapper {

    private final RoomAgencies agencies = new RoomAgencies();

    /**
     * The observation in a record.
     *
     * @param recordedAt the timestamp of the record
     * @throws UnmappableException when the rules can make nothing of it
     */
    public Observation observation(LivekitObservation record, Instant recordedAt) {
        Bounds.name(record.getRoomSid());
        var poll = new Poll(record.getObservedAt(), recordedAt);
        return switch (record.getPresence()) {
            case PRESENT -> listed(record, poll, record.getRoom());
            case ABSENT -> new Observation.Absent(poll, record.getRoomSid());
            case UNREACHABLE -> new Observation.Unreachable(poll, record.getRoomSid());
            case UNKNOWN -> throw new UnmappableException("an observation of a kind that is not known");
        };
    }

    private Observation listed(LivekitObservation record, Poll poll, @Nullable ObservedRoom room) {
        if (room == null || record.getRoomSid().isEmpty()) {
            throw new UnmappableException("a room that is listed has neither sid nor details");
        }
        String metadata = Bounds.fits(room.getMetadata()) ? room.getMetadata() : "";
        return new Observation.Listed(
                poll,
                record.getRoomSid(),
                new RoomDetails(room.getCreationTime(), metadata, room.getMaxParticipants(), agencies.of(metadata)),
                Duration.ofSeconds(Math.max(room.getEmptyTimeoutSeconds(), room.getDepartureTimeoutSeconds())),
                room.getNumParticipants(),
                record.getParticipants() == null
                        ? null
                        : record.getParticipants().stream()
                                .filter(ObservationMapper::isNamed)
                                .map(ObservationMapper::attendance)
                                .toList());
    }

    /** Of whom webhooks could not tell either, there is nothing to know. */
    private static boolean isNamed(ObservedParticipant participant) {
        return !participant.getParticipantSid().isEmpty()
                && Bounds.isName(participant.getParticipantSid())
                && Bounds.isName(participant.getIdentity());
    }

    private static Attendance attendance(ObservedParticipant participant) {
        String sid = participant.getParticipantSid();
        return new Attendance(
                sid,
                new ParticipantDetails(
                        new Profile(
                                participant.getIdentity().isEmpty() ? sid : participant.getIdentity(),
                                Bounds.isName(participant.getName()) ? participant.getName() : "",
                                participant.getKind(),
                                participant.getHidden(),
                                participant.getCanPublish(),
                                Bounds.fits(participant.getMetadata()) ? participant.getMetadata() : "",
                                Bounds.fit(participant.getAttributes()) ? participant.getAttributes() : Map.of()),
                        participant.getJoinedAt(),
                        participant.getVersion(),
                        participant.getState(),
                        "UNKNOWN_REASON"),
                participant.getTracks().stream()
                        .filter(track -> !track.getTrackSid().isEmpty() && Bounds.isName(track.getTrackSid()))
                        .map(ObservationMapper::track)
                        .toList());
    }

    /** The room API tells neither codec nor version: whatever a webhook says is newer. */
    private static Track track(ObservedTrack track) {
        return new Track(track.getTrackSid(), track.getKind(), track.getSource(), "", false, 0);
    }
}
