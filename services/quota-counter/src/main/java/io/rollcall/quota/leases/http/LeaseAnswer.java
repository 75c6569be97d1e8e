package io.rollcall.quota.leases.http;

import io.rollcall.schemas.quota.Lease;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A live lease.
 *
 * @param aliveUntil when it ends unless it beats
 * @param viewer {@code unseen}, {@code present} or {@code gone}
 * @param goneUntil when it ends unless its viewer comes back
 */
@JsonNaming(SnakeCaseStrategy.class)
public record LeaseAnswer(
        String reservationId,
        String cameraId,
        String userId,
        String quality,
        Instant grantedAt,
        Instant expiresAt,
        Instant aliveUntil,
        String viewer,
        @Nullable Instant goneUntil) {

    static LeaseAnswer of(Lease lease) {
        String viewer =
                lease.getViewerPresent() ? "present" : lease.getViewerSid().isEmpty() ? "unseen" : "gone";
        return new LeaseAnswer(
                lease.getReservationId(),
                lease.getCameraId(),
                lease.getUserId(),
                lease.getQuality(),
                lease.getGrantedAt(),
                lease.getExpiresAt(),
                lease.getAliveUntil(),
                viewer,
                lease.getGoneUntil());
    }
}
