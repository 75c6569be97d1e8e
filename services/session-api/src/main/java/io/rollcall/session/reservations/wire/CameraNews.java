package io.rollcall.session.reservations.wire;

import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.QuotaCommand;
import java.util.List;

/** What a fact about a camera says to the reservations of its agency. */
public final class CameraNews {

    private static final String AUTHOR = "session-api";

    private CameraNews() {}

    /** One command, or none where the camera stays with its agency. */
    public static List<QuotaCommand> of(CameraEvent event) {
        if (event.getAgencyLeft().isEmpty()) {
            return List.of();
        }
        CommandHeader header = CommandHeader.newBuilder()
                // A fact has one id, so its reservations end once.
                .setCommandId("camera-event-" + event.getId())
                .setIssuedAt(event.getOccurredAt())
                .setAuthor(AUTHOR)
                .setCorrelationId(event.getCorrelationId())
                .build();
        return List.of(QuotaCommands.endCamera(header, event.getAgencyLeft(), event.getCameraId()));
    }
}
