package io.rollcall.session.cameras.secrets;

import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Seals what was masked in a camera's address: AES-256-GCM with a random nonce, and the camera's id as associated data,
 * so that a secret opens at its own camera only. The keys follow from {@code CAMERA_SECRETS_KEY} by HKDF.
 *
 * <p>The bytes: a one, the nonce (12), cipher text with its tag.
 */
public final class CameraSecrets {

    private static final byte LAYOUT = 1;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final String BETWEEN = "\n";

    private final SecretKey key;
    private final SecretKey digestKey;
    private final SecureRandom random;

    /** With the key that every instance of this service shares. */
    public CameraSecrets(String secret, SecureRandom random) {
        this.key = derived(secret, "rollcall camera secrets", "AES", 32);
        this.digestKey = derived(secret, "rollcall camera bodies", "HmacSHA256", 32);
        this.random = random;
    }

    private static SecretKey derived(String secret, String purpose, String algorithm, int length) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(secret.getBytes(StandardCharsets.UTF_8))
                                    .thenExpand(purpose.getBytes(StandardCharsets.US_ASCII), length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 25 has HKDF", e);
        }
    }

    /** Seals what opens an address that is not masked. */
    public Sealed seal(String cameraId, StreamUrl url) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            byte[] text = String.join(BETWEEN, url.secrets()).getBytes(StandardCharsets.UTF_8);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, cameraId, nonce).doFinal(text);
            return new Sealed(ByteBuffer.allocate(1 + NONCE + sealed.length)
                    .put(LAYOUT)
                    .put(nonce)
                    .put(sealed)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /**
     * The whole address of a camera.
     *
     * @throws UnreadableSecretException when it was sealed with another key, for another camera, or is no secret
     */
    public StreamUrl open(String cameraId, StreamUrl masked, Sealed secret) {
        byte[] bytes = secret.bytes();
        if (bytes.length < 1 + NONCE || bytes[0] != LAYOUT) {
            throw new UnreadableSecretException(null);
        }
        try {
            byte[] text = cipher(Cipher.DECRYPT_MODE, cameraId, Arrays.copyOfRange(bytes, 1, 1 + NONCE))
                    .doFinal(bytes, 1 + NONCE, bytes.length - 1 - NONCE);
            return masked.filled(List.of(new String(text, StandardCharsets.UTF_8).split(BETWEEN, -1)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnreadableSecretException(e);
        }
    }

    /** A digest of a body that may hold credentials: nobody without the key can try passwords against it. */
    public String fingerprint(byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(digestKey);
            return HexFormat.of().formatHex(mac.doFinal(body), 0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private Cipher cipher(int mode, String cameraId, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(cameraId.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
