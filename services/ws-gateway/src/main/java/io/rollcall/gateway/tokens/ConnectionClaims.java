package io.rollcall.gateway.tokens;

import io.rollcall.gateway.connections.domain.Access;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a connection token says.
 *
 * @param user who the client is
 * @param expiresAt null: never
 * @param channels the channels that the server subscribes the client to ({@code channels} and {@code subs})
 * @param access the scope {@code feeds}, or the claim {@code agency} ({@code agencies} for several)
 */
public record ConnectionClaims(String user, @Nullable Instant expiresAt, Set<String> channels, Access access) {
    public ConnectionClaims {
        channels = Set.copyOf(channels);
    }

    ConnectionClaims withAccess(Access other) {
        return new ConnectionClaims(user, expiresAt, channels, other);
    }
}
