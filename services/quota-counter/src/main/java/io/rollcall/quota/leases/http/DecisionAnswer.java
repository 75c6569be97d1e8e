package io.rollcall.quota.leases.http;

import io.rollcall.kit.web.BadFieldException;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** One decision about an agency. What it is not about is null. */
@JsonNaming(SnakeCaseStrategy.class)
public record DecisionAnswer(
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
        GRANTED(QuotaEventType.LEASE_GRANTED),
        REFUSED(QuotaEventType.LEASE_REFUSED),
        ENDED(QuotaEventType.LEASE_ENDED),
        LIMIT_CHANGED(QuotaEventType.LIMIT_SET);

        private final QuotaEventType type;

        Outcome(QuotaEventType type) {
            this.type = type;
        }

        QuotaEventType type() {
            return type;
        }

        private static Outcome of(QuotaEventType type) {
            for (Outcome outcome : values()) {
                if (outcome.type == type) {
                    return outcome;
                }
            }
            throw new IllegalStateException("no decision: " + type);
        }

        /** Null when none is asked for. */
        static @Nullable Outcome parse(@Nullable String text) {
            if (text == null || text.isEmpty()) {
                return null;
            }
            for (Outcome outcome : values()) {
                if (outcome.name().equals(text)) {
                    return outcome;
                }
            }
            throw new BadFieldException("outcome", "must be one of GRANTED, REFUSED, ENDED, LIMIT_CHANGED");
        }
    }

    static DecisionAnswer of(QuotaEvent event) {
        Integer limit = event.getLimit();
        return new DecisionAnswer(
                event.getSequence(),
                event.getOccurredAt(),
                Outcome.of(event.getType()),
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
