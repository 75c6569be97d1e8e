package io.rollcall.sim.webhooks;

import java.time.Duration;

/**
 * How long and how deep webhooks wait.
 *
 * @param maxAge what has waited longer when its turn comes is dropped
 * @param maxDepth how many may wait for one room; what comes then is dropped
 * @param firstWait before the second attempt; it doubles from attempt to attempt
 */
public record WebhookRules(Duration maxAge, int maxDepth, Duration firstWait) {

    /** LiveKit's own. */
    public static WebhookRules ofLivekit() {
        return new WebhookRules(Duration.ofSeconds(30), 200, Duration.ofSeconds(1));
    }
}
