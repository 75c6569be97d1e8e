package io.rollcall.gateway.stats;

import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** One decision about an agency, in the words of quota-counter's audit trail. What it is not about is null. */
@JsonNaming(SnakeCaseStrategy.class)
public record Decision(
        long seq,
        Instant at,
        Outcome outcome,
        @Nullable String reason,
        @Nullable String reservationId,
        @Nullable String cameraId,
        @Nullable String userId,
        int usageBefore,
        int usageAfter,
        int limit) {

    /** What was decided. */
    public enum Outcome {
        GRANTED,
        REFUSED,
        ENDED,
        LIMIT_CHANGED
    }

    /** Null for an event that is no decision. */
    static @Nullable Decision of(QuotaEvent event) {
        Outcome outcome = switch (event.getType()) {
            case LEASE_GRANTED -> Outcome.GRANTED;
            case LEASE_REFUSED -> Outcome.REFUSED;
            case LEASE_ENDED -> Outcome.ENDED;
            case LIMIT_SET -> Outcome.LIMIT_CHANGED;
            case UNKNOWN, ANSWERED, LEASE_RENEWED, VIEWER_JOINED, VIEWER_LEFT -> null;
        };
        Integer limit = event.getLimit();
        return outcome == null
                ? null
                : new Decision(
                        event.getSequence(),
                        event.getOccurredAt(),
                        outcome,
                        orNull(event.getReason()),
                        orNull(event.getReservationId()),
                        orNull(event.getCameraId()),
                        orNull(event.getUserId()),
                        event.getUsageBefore(),
                        event.getUsageAfter(),
                        limit == null ? 0 : limit);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
