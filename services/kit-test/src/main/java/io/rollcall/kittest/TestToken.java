package io.rollcall.kittest;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A token in the making: a good one of {@link TestIssuer}, until something is changed. Immutable. */
public final class TestToken {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final SigningKey key;
    private final SequencedMap<String, Object> header;
    private final SequencedMap<String, Object> claims;

    private TestToken(SigningKey key, SequencedMap<String, Object> header, SequencedMap<String, Object> claims) {
        this.key = key;
        this.header = header;
        this.claims = claims;
    }

    static TestToken of(SigningKey key, String issuer, String audience, String subject) {
        var header = new LinkedHashMap<String, Object>();
        header.put("alg", key.algorithm());
        header.put("kid", key.id());
        header.put("typ", "JWT");
        Instant now = Instant.now();
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", issuer);
        claims.put("aud", audience);
        claims.put("sub", subject);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(Duration.ofMinutes(5)).getEpochSecond());
        return new TestToken(key, header, claims);
    }

    /** With a claim; null leaves it out. */
    public TestToken claim(String name, @Nullable Object value) {
        return new TestToken(key, header, with(claims, name, value));
    }

    /** With a time as a claim, so far from now. */
    public TestToken time(String name, Duration fromNow) {
        return claim(name, Instant.now().plus(fromNow).getEpochSecond());
    }

    /** With a field of the header; null leaves it out. */
    public TestToken header(String name, @Nullable Object value) {
        return new TestToken(key, with(header, name, value), claims);
    }

    private static SequencedMap<String, Object> with(
            SequencedMap<String, Object> map, String name, @Nullable Object value) {
        var copy = new LinkedHashMap<>(map);
        if (value == null) {
            copy.remove(name);
        } else {
            copy.put(name, value);
        }
        return copy;
    }

    /** Signed by its key. */
    public String signed() {
        return signedBy(key);
    }

    /** Signed by another key, whatever the header says. */
    public String signedBy(SigningKey other) {
        String content = content();
        return content + "." + BASE64.encodeToString(other.sign(content.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Signed with HMAC-SHA256 and some bytes. */
    public String signedWith(byte[] secret) {
        String content = content();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return content + "." + BASE64.encodeToString(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not signed at all. */
    public String unsigned() {
        return content() + ".";
    }

    private String content() {
        return part(header) + "." + part(claims);
    }

    private static String part(Map<String, Object> json) {
        return BASE64.encodeToString(JSON.writeValueAsBytes(json));
    }
}
