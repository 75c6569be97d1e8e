package io.rollcall.gateway.tokens;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/** Makes the tokens that an application's back end would make. */
public final class Tokens {

    /** The secret that tests share with the gateway. */
    public static final String SECRET = "a-secret-of-tests-that-is-long-enough-01";

    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final JsonMapper JSON = new JsonMapper();

    private Tokens() {}

    /** A token with these claims. */
    public static String of(Map<String, ?> claims) {
        return signedWith(SECRET, claims);
    }

    /** The same, signed with another secret. */
    public static String signedWith(String secret, Map<String, ?> claims) {
        return signed(secret, HEADER, JSON.writeValueAsString(claims));
    }

    /** One that says it needs no signature. */
    public static String unsigned(Map<String, ?> claims) {
        return base64("{\"alg\":\"none\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64(JSON.writeValueAsString(claims).getBytes(StandardCharsets.UTF_8)) + ".";
    }

    static String signed(String secret, String header, String claims) {
        try {
            String content = base64(header.getBytes(StandardCharsets.UTF_8)) + "."
                    + base64(claims.getBytes(StandardCharsets.UTF_8));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
