package io.rollcall.quota.leases.wire;

import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a fact about a room says to the lease with which somebody came or went: our tokens carry its id. */
public final class ViewerNews {

    /** The attribute of a participant that our viewer tokens set. */
    public static final String RESERVATION = "reservation_id";

    private static final String AUTHOR = "presence-history";

    private ViewerNews() {}

    /** One command, or none where nobody with a reservation came or went. */
    public static List<QuotaCommand> of(RoomEvent event) {
        return switch (event.getType()) {
            case PARTICIPANT_JOINED -> {
                ParticipantJoined joined = event.getParticipantJoined();
                yield joined == null
                        ? List.of()
                        : note(event, joined.getAttributes(), joined.getParticipantSid(), true);
            }
            case PARTICIPANT_LEFT -> {
                ParticipantLeft left = event.getParticipantLeft();
                yield left == null ? List.of() : note(event, left.getAttributes(), left.getParticipantSid(), false);
            }
            case ROOM_OPENED,
                    ROOM_CLOSED,
                    // Never was in the room: a lease whose viewer has not come lives as long as it beats.
                    CONNECTION_ABORTED,
                    TRACK_PUBLISHED,
                    TRACK_UNPUBLISHED,
                    CORRECTED,
                    REPORTED,
                    ANOMALY_REPORTED,
                    UNKNOWN -> List.of();
        };
    }

    private static List<QuotaCommand> note(
            RoomEvent event, Map<String, String> attributes, String participantSid, boolean present) {
        @Nullable String reservation = attributes.get(RESERVATION);
        if (reservation == null
                || participantSid.isEmpty()
                || ReservationIds.partition(reservation).isEmpty()) {
            return List.of();
        }
        CommandHeader header = CommandHeader.newBuilder()
                // A fact has one id, so it is noted once.
                .setCommandId("room-event-" + event.getId())
                .setIssuedAt(event.getRecordedAt())
                .setAuthor(AUTHOR)
                .setCorrelationId(event.getCorrelationId())
                .build();
        return List.of(QuotaCommands.noteViewer(header, reservation, participantSid, present));
    }
}
