package io.rollcall.gateway.tokens;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription token says: this user may subscribe to this channel.
 *
 * @param user empty for a client that is nobody
 * @param expiresAt null: never
 */
public record SubscriptionClaims(
        String user, String channel, @Nullable Instant expiresAt) {}
