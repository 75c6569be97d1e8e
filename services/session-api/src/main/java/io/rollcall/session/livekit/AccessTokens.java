package io.rollcall.session.livekit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.session.SessionApiProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Mints the tokens with which people join rooms. A token follows from its arguments, key and secret alone, to the last
 * byte: it is never stored and can be told again.
 */
public final class AccessTokens {

    private final String apiKey;
    private final Hs256 signature;
    private final Timer duration;

    /** Mints in the name of our API key. */
    public AccessTokens(SessionApiProperties.Livekit livekit, MeterRegistry meters) {
        this.apiKey = livekit.apiKey();
        this.signature = new Hs256(livekit.apiSecret());
        this.duration = Timer.builder("realtime.token.generation.duration")
                .description("How long it takes to mint an access token")
                .register(meters);
    }

    /**
     * The token that lets somebody join one room, publish and subscribe there.
     *
     * @param identity who it is for; LiveKit puts out whoever is in the room under it
     * @param room the room's name: a token without one would open every room
     * @param issuedAt unix seconds
     * @param expiresAt unix seconds; whoever is in by then stays
     */
    public String mint(String identity, String room, long issuedAt, long expiresAt) {
        if (identity.isEmpty() || room.isEmpty()) {
            throw new IllegalArgumentException("a token is for somebody and for one room");
        }
        return Objects.requireNonNull(
                duration.record(() -> signature.sign(claims(identity, room, issuedAt, expiresAt))));
    }

    private Map<String, Object> claims(String identity, String room, long issuedAt, long expiresAt) {
        var grant = new LinkedHashMap<String, Object>();
        grant.put("roomJoin", true);
        grant.put("room", room);
        grant.put("canPublish", true);
        grant.put("canSubscribe", true);
        grant.put("canPublishData", true);
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", apiKey);
        claims.put("sub", identity);
        claims.put("iat", issuedAt);
        claims.put("nbf", issuedAt);
        claims.put("exp", expiresAt);
        claims.put("video", grant);
        return claims;
    }
}
