package io.rollcall.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens for tests: LiveKit's, and every wrong one. */
public final class Signing {

    public static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    private Signing() {}

    /** The token LiveKit would send with this body at this second. */
    public static String sign(byte[] body, long nowSeconds) {
        return sign(HS256, claims(Capture.API_KEY, nowSeconds, digest(body)), Capture.API_SECRET, "HmacSHA256");
    }

    /** LiveKit's claims. */
    public static String claims(String issuer, long nowSeconds, String digest) {
        return "{\"iss\":\"" + issuer + "\",\"exp\":" + (nowSeconds + 300) + ",\"nbf\":" + nowSeconds + ",\"iat\":"
                + nowSeconds + ",\"sha256\":\"" + digest + "\"}";
    }

    /** Any header and claims, signed. */
    public static String sign(String header, String claims, String secret, String algorithm) {
        String signed = url(header.getBytes(UTF_8)) + "." + url(claims.getBytes(UTF_8));
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
            return signed + "." + url(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The digest as LiveKit writes it. */
    public static String digest(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Base64 for URLs, without padding. */
    public static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
