package io.rollcall.local;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the delivery of one webhook went.
 *
 * @param firstAttemptAt when it was first posted
 * @param acknowledgedAt when it was answered 200; null when it was given up
 * @param attempts how often it was posted
 * @param problem what the last failed attempt met; null when none failed
 */
public record Receipt(
        Webhook webhook,
        Instant firstAttemptAt,
        @Nullable Instant acknowledgedAt,
        int attempts,
        @Nullable String problem) {

    /** How long the webhook was without an answer; zero for one that never got any. */
    public Duration unacknowledgedFor() {
        return acknowledgedAt == null ? Duration.ZERO : Duration.between(firstAttemptAt, acknowledgedAt);
    }
}
