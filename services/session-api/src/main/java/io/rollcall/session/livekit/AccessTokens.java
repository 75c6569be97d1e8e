package io.rollcall.session.livekit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.session.SessionApiProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

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
        return signed(identity, room, issuedAt, expiresAt, Map.of(), true);
    }

    /**
     * The token that lets somebody join one room and watch there, and nothing else.
     *
     * @param attributes what LiveKit tells of the participant in every webhook, in the order of the token
     */
    public String mintViewer(
            String identity, String room, long issuedAt, long expiresAt, SequencedMap<String, String> attributes) {
        return signed(identity, room, issuedAt, expiresAt, attributes, false);
    }

    private String signed(
            String identity,
            String room,
            long issuedAt,
            long expiresAt,
            Map<String, String> attributes,
            boolean publish) {
        if (identity.isEmpty() || room.isEmpty()) {
            throw new IllegalArgumentException("a token is for somebody and for one room");
        }
        return Objects.requireNonNull(duration.record(
                () -> signature.sign(claims(identity, room, issuedAt, expiresAt, attributes, publish))));
    }

    private Map<String, Object> claims(
            String identity,
            String room,
            long issuedAt,
            long expiresAt,
            Map<String, String> attributes,
            boolean publish) {
        var grant = new LinkedHashMap<String, Object>();
        // Each is said: what is not said LiveKit takes for yes.
        grant.put("roomJoin", true);
        grant.put("room", room);
        grant.put("canPublish", publish);
        grant.put("canSubscribe", true);
        grant.put("canPublishData", publish);
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", apiKey);
        claims.put("sub", identity);
        claims.put("iat", issuedAt);
        claims.put("nbf", issuedAt);
        claims.put("exp", expiresAt);
        if (!attributes.isEmpty()) {
            claims.put("attributes", attributes);
        }
        claims.put("video", grant);
        return claims;
    }
}
