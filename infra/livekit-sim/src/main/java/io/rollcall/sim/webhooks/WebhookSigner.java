package io.rollcall.sim.webhooks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a webhook body as LiveKit's server does: a bare HS256 token, good for five minutes, whose {@code sha256} claim
 * is the digest of exactly these bytes. The same body at the same second gives the token LiveKit itself would send.
 */
public final class WebhookSigner {

    private static final Duration LIFETIME = Duration.ofMinutes(5);
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = URL.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8));

    private final String apiKey;
    private final SecretKeySpec secret;

    /** The API key is the token's issuer and must need no escaping in JSON. */
    public WebhookSigner(String apiKey, String apiSecret) {
        this.apiKey = apiKey;
        this.secret = new SecretKeySpec(apiSecret.getBytes(UTF_8), "HmacSHA256");
    }

    /** The value of the {@code Authorization} header for this body, issued at this time. Safe for many threads. */
    public String sign(byte[] body, Instant issuedAt) {
        try {
            String digest = Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
            long seconds = issuedAt.getEpochSecond();
            String claims = "{\"iss\":\"" + apiKey + "\",\"exp\":" + (seconds + LIFETIME.toSeconds()) + ",\"nbf\":"
                    + seconds + ",\"iat\":" + seconds + ",\"sha256\":\"" + digest + "\"}";
            String signed = HEADER + "." + URL.encodeToString(claims.getBytes(UTF_8));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            return signed + "." + URL.encodeToString(mac.doFinal(signed.getBytes(US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks SHA-256 or HmacSHA256", e);
        }
    }
}
