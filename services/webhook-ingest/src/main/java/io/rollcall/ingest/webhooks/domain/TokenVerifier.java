package io.rollcall.ingest.webhooks.domain;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.ingest.webhooks.domain.JsonScanner.Token;
import io.rollcall.ingest.webhooks.domain.Verdict.Reason;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a webhook is LiveKit's: the bare token of its {@code Authorization} header says who signed and when,
 * and the digest of which bytes. HS256 only, whatever the token says about itself. Safe for many threads; keeps one
 * keyed {@link Mac} per secret and thread, so it is meant for pooled platform threads.
 */
public final class TokenVerifier {

    /** How far LiveKit's clock and ours may be apart. */
    public static final Duration LEEWAY = Duration.ofSeconds(60);

    private static final long ABSENT = Long.MIN_VALUE;
    private static final long LEEWAY_MILLIS = LEEWAY.toMillis();
    private static final byte[] ALG = ascii("alg");
    private static final byte[] CRIT = ascii("crit");
    private static final byte[] HS256 = ascii("HS256");
    private static final byte[] ISS = ascii("iss");
    private static final byte[] EXP = ascii("exp");
    private static final byte[] NBF = ascii("nbf");
    private static final byte[] IAT = ascii("iat");
    private static final byte[] SHA256 = ascii("sha256");
    private static final ThreadLocal<Crypto> CRYPTO = ThreadLocal.withInitial(Crypto::new);

    private final ApiKeys keys;
    private volatile byte[] lastGoodHeader = {};

    /** Accepts what any secret of these keys signed. */
    public TokenVerifier(ApiKeys keys) {
        this.keys = keys;
    }

    /** Judges the value of the {@code Authorization} header at this time; the body still has to match the digest. */
    public Verdict verify(@Nullable String authorization, long nowMillis) {
        if (authorization == null || authorization.isEmpty()) {
            return refused(Reason.NO_TOKEN);
        }
        byte[] token = authorization.getBytes(ISO_8859_1);
        int firstDot = indexOf(token, 0);
        int secondDot = indexOf(token, firstDot + 1);
        if (firstDot <= 0 || secondDot < 0 || indexOf(token, secondDot + 1) >= 0) {
            return refused(Reason.MALFORMED);
        }
        Reason header = header(token, firstDot);
        if (header != null) {
            return refused(header);
        }
        byte[] claimsText = decode(token, firstDot + 1, secondDot);
        byte[] signature = decode(token, secondDot + 1, token.length);
        if (claimsText == null || signature == null) {
            return refused(Reason.MALFORMED);
        }
        Claims claims = Claims.read(claimsText);
        if (claims == null) {
            return refused(Reason.MALFORMED);
        }
        var secrets = keys.secretsOf(claims.issuer);
        if (secrets.isEmpty()) {
            return refused(Reason.UNKNOWN_KEY);
        }
        boolean signed = false;
        for (SecretKeySpec secret : secrets) {
            signed |= MessageDigest.isEqual(signature, CRYPTO.get().mac(secret, token, secondDot));
        }
        if (!signed) {
            return refused(Reason.WRONG_SIGNATURE);
        }
        return inTime(claims, nowMillis);
    }

    /** Whether these are the bytes that were signed. */
    public static boolean matches(Verdict.Signed signed, byte[] body) {
        byte[] digest = Base64.getEncoder().encode(CRYPTO.get().sha256.digest(body));
        return MessageDigest.isEqual(digest, signed.digest().getBytes(UTF_8));
    }

    private static Verdict inTime(Claims claims, long nowMillis) {
        if (claims.expires == ABSENT) {
            return refused(Reason.NO_EXPIRY);
        }
        if (claims.expires * 1000 < nowMillis - LEEWAY_MILLIS) {
            return refused(Reason.EXPIRED);
        }
        if (isAhead(claims.notBefore, nowMillis) || isAhead(claims.issued, nowMillis)) {
            return refused(Reason.NOT_YET_VALID);
        }
        return claims.digest.isEmpty() ? refused(Reason.NO_DIGEST) : new Verdict.Signed(claims.issuer, claims.digest);
    }

    private static boolean isAhead(long seconds, long nowMillis) {
        return seconds != ABSENT && seconds * 1000 > nowMillis + LEEWAY_MILLIS;
    }

    private @Nullable Reason header(byte[] token, int dot) {
        byte[] known = lastGoodHeader;
        if (known.length == dot && Arrays.equals(known, 0, dot, token, 0, dot)) {
            return null;
        }
        byte[] text = decode(token, 0, dot);
        if (text == null) {
            return Reason.MALFORMED;
        }
        var json = new JsonScanner(text);
        if (json.next() != Token.OBJECT_START) {
            return Reason.MALFORMED;
        }
        boolean hs256 = false;
        Token read;
        while ((read = json.next()) != Token.END) {
            if (read == Token.MALFORMED) {
                return Reason.MALFORMED;
            }
            if (read == Token.NAME && json.depth() == 1) {
                // RFC 7515: an extension that must be understood, and that we do not understand.
                if (json.textIs(CRIT)) {
                    return Reason.MALFORMED;
                }
                if (json.textIs(ALG)) {
                    hs256 = json.next() == Token.STRING && json.textIs(HS256);
                }
            }
        }
        if (!hs256) {
            return Reason.WRONG_ALGORITHM;
        }
        lastGoodHeader = Arrays.copyOf(token, dot);
        return null;
    }

    private static int indexOf(byte[] token, int from) {
        for (int i = from; i < token.length; i++) {
            if (token[i] == '.') {
                return i;
            }
        }
        return -1;
    }

    private static byte @Nullable [] decode(byte[] token, int from, int to) {
        // RFC 7515: without padding. The decoder would let it pass.
        if (from == to || token[to - 1] == '=') {
            return null;
        }
        try {
            return Base64.getUrlDecoder().decode(Arrays.copyOfRange(token, from, to));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Verdict.Refused refused(Reason reason) {
        return new Verdict.Refused(reason);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** The claims that matter; the last one counts where a name comes twice, as in LiveKit's own SDKs. */
    private static final class Claims {

        private String issuer = "";
        private String digest = "";
        private long expires = ABSENT;
        private long notBefore = ABSENT;
        private long issued = ABSENT;

        static @Nullable Claims read(byte[] text) {
            var json = new JsonScanner(text);
            if (json.next() != Token.OBJECT_START) {
                return null;
            }
            var claims = new Claims();
            Token read;
            while ((read = json.next()) != Token.END) {
                if (read == Token.MALFORMED || (read == Token.NAME && json.depth() == 1 && !claims.claim(json))) {
                    return null;
                }
            }
            return claims;
        }

        private boolean claim(JsonScanner json) {
            if (json.textIs(ISS)) {
                boolean text = json.next() == Token.STRING;
                issuer = text ? json.text() : "";
                return text;
            }
            if (json.textIs(SHA256)) {
                boolean text = json.next() == Token.STRING;
                digest = text ? json.text() : "";
                return text;
            }
            if (json.textIs(EXP)) {
                expires = time(json);
                return expires != ABSENT;
            }
            if (json.textIs(NBF)) {
                notBefore = time(json);
                return notBefore != ABSENT;
            }
            if (json.textIs(IAT)) {
                issued = time(json);
                return issued != ABSENT;
            }
            return true;
        }

        private static long time(JsonScanner json) {
            return json.next() == Token.NUMBER ? json.wholeNumber(ABSENT) : ABSENT;
        }
    }

    /** What one thread computes with. */
    private static final class Crypto {

        private final MessageDigest sha256 = sha256();
        private final Map<SecretKeySpec, Mac> macs = new HashMap<>();

        byte[] mac(SecretKeySpec secret, byte[] token, int length) {
            Mac mac = macs.computeIfAbsent(secret, Crypto::keyed);
            mac.update(token, 0, length);
            return mac.doFinal();
        }

        private static Mac keyed(SecretKeySpec secret) {
            try {
                Mac mac = Mac.getInstance(ApiKeys.ALGORITHM);
                mac.init(secret);
                return mac;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK lacks " + ApiKeys.ALGORITHM, e);
            }
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK lacks SHA-256", e);
            }
        }
    }
}
