package io.rollcall.session.livekit;

import io.rollcall.session.SessionApiProperties;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Mints what this service shows LiveKit with a call: one grant, for as long as a call and two clocks may take. */
final class ServerTokens {

    /** LiveKit's clock may differ from ours; its own leeway is a minute. */
    private static final Duration TTL = Duration.ofMinutes(5);

    private final String apiKey;
    private final Hs256 signature;
    private final InstantSource clock;

    ServerTokens(SessionApiProperties.Livekit livekit, InstantSource clock) {
        this.apiKey = livekit.apiKey();
        this.signature = new Hs256(livekit.apiSecret());
        this.clock = clock;
    }

    String create() {
        return token(Map.of("roomCreate", true));
    }

    String list() {
        return token(Map.of("roomList", true));
    }

    String admin(String room) {
        return token(Map.of("roomAdmin", true, "room", room));
    }

    String join(String room) {
        return token(Map.of("roomJoin", true, "room", room));
    }

    private String token(Map<String, Object> grant) {
        Instant now = clock.instant();
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", apiKey);
        claims.put("sub", "session-api");
        claims.put("exp", now.plus(TTL).getEpochSecond());
        claims.put("video", grant);
        return signature.sign(claims);
    }
}
