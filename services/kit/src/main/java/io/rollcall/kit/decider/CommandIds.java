package io.rollcall.kit.decider;

import io.rollcall.kit.web.BadFieldException;
import jakarta.servlet.http.HttpServletRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Enumeration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The ids of a request. With an {@code Idempotency-Key} they follow from caller, method, path and key by HMAC-SHA256
 * with a secret that all instances share, so that a retry meets the same decider from anywhere; without one they come
 * from a secure random source.
 */
public final class CommandIds {

    /** The header a key comes in. */
    public static final String HEADER = "Idempotency-Key";

    private static final String HMAC = "HmacSHA256";
    private static final int MAX_KEY = 255;
    private static final int THING_CHARACTERS = 24;
    private static final BigInteger RADIX = BigInteger.valueOf(36);
    private static final BigInteger THINGS = RADIX.pow(THING_CHARACTERS);

    private final SecretKeySpec secret;
    private final SecureRandom random;

    /** With the shared secret. */
    public CommandIds(String secret, SecureRandom random) {
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC);
        this.random = random;
    }

    /**
     * What a request's command and the thing it makes are called.
     *
     * @param commandId 32 hexadecimal digits
     * @param thing 24 of {@code [0-9a-z]}
     * @param repeatable whether the same request gives the same again
     */
    public record Ids(String commandId, String thing, boolean repeatable) {}

    /**
     * The ids of one request.
     *
     * @param key the header's value; null when there is none
     * @throws BadFieldException when the key is not 1 to 255 printable ASCII characters
     */
    public Ids of(String caller, String method, String path, @Nullable String key) {
        byte[] seed = key == null ? fresh() : derived(caller, method, path, checked(key));
        return new Ids(HexFormat.of().formatHex(hmac("command", seed), 0, 16), thing(hmac("thing", seed)), key != null);
    }

    /**
     * The key of a request, as it was sent: Spring would cut it at its commas.
     *
     * @return null when there is none
     * @throws BadFieldException when there are several
     */
    public static @Nullable String key(HttpServletRequest request) {
        Enumeration<String> given = request.getHeaders(HEADER);
        if (!given.hasMoreElements()) {
            return null;
        }
        String key = given.nextElement();
        if (given.hasMoreElements()) {
            throw new BadFieldException(HEADER, "must be given once");
        }
        return key;
    }

    /** The answer to {@link Reasons#KEY_REUSED}. */
    public static ResponseStatusException reused() {
        return new ResponseStatusException(
                HttpStatus.UNPROCESSABLE_CONTENT,
                HEADER + " was used for another body; take a new key for a new request");
    }

    /** A digest of a body, to tell the same request from another one under the same key. */
    public static String fingerprint(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String checked(String key) {
        boolean printable = key.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        if (key.isEmpty() || key.length() > MAX_KEY || !printable) {
            throw new BadFieldException(HEADER, "must be 1 to " + MAX_KEY + " printable ASCII characters");
        }
        return key;
    }

    private byte[] fresh() {
        byte[] seed = new byte[32];
        random.nextBytes(seed);
        return seed;
    }

    /** Each part after its length: no two requests can run into the same text. */
    private static byte[] derived(String... parts) {
        byte[][] texts = new byte[parts.length][];
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            texts[i] = parts[i].getBytes(StandardCharsets.UTF_8);
            length += Integer.BYTES + texts[i].length;
        }
        ByteBuffer seed = ByteBuffer.allocate(length);
        for (byte[] text : texts) {
            seed.putInt(text.length).put(text);
        }
        return seed.array();
    }

    private byte[] hmac(String purpose, byte[] seed) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            mac.update(purpose.getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(seed);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** 256 bits down to the 124 that fit: no character is likelier than another by more than 2^-132. */
    private static String thing(byte[] hash) {
        String digits = new BigInteger(1, hash).mod(THINGS).toString(RADIX.intValue());
        return "0".repeat(THING_CHARACTERS - digits.length()) + digits;
    }
}
