package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * Signs claims in the order in which they are given. A library is free to order them anew with its next version; the
 * same claims must give the same bytes for as long as a retry may come.
 */
final class Hs256 {

    private static final String ALGORITHM = "HmacSHA256";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER =
            BASE64.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + '.';

    private final SecretKeySpec key;
    private final JsonMapper json = new JsonMapper();

    Hs256(String secret) {
        this.key = new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
    }

    /** The token with these claims; give a map that keeps its order. */
    String sign(Map<String, ?> claims) {
        String signed = HEADER + BASE64.encodeToString(json.writeValueAsBytes(claims));
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return signed + '.' + BASE64.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign", e);
        }
    }
}
