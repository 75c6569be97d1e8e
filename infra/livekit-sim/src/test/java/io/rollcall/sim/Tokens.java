package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/** Makes access tokens, good ones and others. */
public final class Tokens {

    public static final String API_KEY = "devkey";
    public static final String SECRET = "secretsecretsecretsecretsecretsecret";

    private Tokens() {}

    /** A token that grants this for ten minutes. */
    public static String granting(Map<String, ?> video) {
        return with(Map.of("sub", "svc", "video", video));
    }

    /** A token of somebody who joins a room. */
    public static String joining(String room, String identity) {
        return with(Map.of("sub", identity, "video", Map.of("roomJoin", true, "room", room)));
    }

    /** A token with these claims, good for ten minutes. */
    public static String with(Map<String, ?> claims) {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> all = new LinkedHashMap<>(Map.of("iss", API_KEY, "exp", now + 600, "nbf", now));
        all.putAll(claims);
        return sign("HS256", all, SECRET);
    }

    /** A token with exactly these claims. */
    public static String sign(String algorithm, Map<String, ?> claims, String secret) {
        try {
            String signed = part(Map.of("alg", algorithm, "typ", "JWT")) + "." + part(claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return signed + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(Map<String, ?> json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JsonMapper.shared().writeValueAsBytes(json));
    }
}
