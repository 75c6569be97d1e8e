package io.rollcall.kittest;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** A pair of keys that signs tokens. Written with the JDK alone, so that no verifier is tested against itself. */
public final class SigningKey {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int EC_BYTES = 32;

    private final String id;
    private final KeyPair pair;

    private SigningKey(String id, KeyPair pair) {
        this.id = id;
        this.pair = pair;
    }

    /** RSA with 2048 bits; signs RS256. */
    public static SigningKey rsa(String id) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new SigningKey(id, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The curve P-256; signs ES256. */
    public static SigningKey ec(String id) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new SigningKey(id, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its {@code kid}. */
    public String id() {
        return id;
    }

    /** The algorithm it signs with. */
    public String algorithm() {
        return pair.getPublic() instanceof RSAPublicKey ? "RS256" : "ES256";
    }

    /** The public half as everybody may have it, X.509 encoded. */
    public byte[] publicBytes() {
        return pair.getPublic().getEncoded();
    }

    /** The public half as JWK. */
    public SequencedMap<String, Object> jwk() {
        var jwk = new LinkedHashMap<String, Object>(Map.of("kid", id, "use", "sig", "alg", algorithm()));
        switch (pair.getPublic()) {
            case RSAPublicKey rsa -> {
                jwk.put("kty", "RSA");
                jwk.put("n", BASE64.encodeToString(unsigned(rsa.getModulus())));
                jwk.put("e", BASE64.encodeToString(unsigned(rsa.getPublicExponent())));
            }
            case ECPublicKey ec -> {
                jwk.put("kty", "EC");
                jwk.put("crv", "P-256");
                jwk.put("x", BASE64.encodeToString(padded(ec.getW().getAffineX())));
                jwk.put("y", BASE64.encodeToString(padded(ec.getW().getAffineY())));
            }
            default -> throw new IllegalStateException("neither RSA nor EC");
        }
        return jwk;
    }

    byte[] sign(byte[] content) {
        try {
            var signature = Signature.getInstance(
                    pair.getPublic() instanceof RSAPublicKey ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes.length > 1 && bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] padded(BigInteger number) {
        byte[] bytes = unsigned(number);
        byte[] whole = new byte[EC_BYTES];
        System.arraycopy(bytes, 0, whole, EC_BYTES - bytes.length, bytes.length);
        return whole;
    }
}
