package io.rollcall.gateway.tokens;

import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.kit.web.OutsideJson;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JWTs that are signed with HS256 and the secret of the gateway; no other algorithm is looked at. */
public final class TokenVerifier {

    private static final JsonMapper JSON = OutsideJson.mapper();
    private static final String ALGORITHM = "HmacSHA256";
    private static final String SCOPE_OF_FEEDS = "feeds";

    private final @Nullable SecretKeySpec secret;

    /** Believes what is signed with a secret; with an empty one, nothing. */
    public TokenVerifier(String secret) {
        this.secret = secret.isEmpty() ? null : new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** A token of a connection. */
    public TokenCheck<ConnectionClaims> connection(String token, Instant now) {
        return check(token, now, TokenVerifier::connectionClaims);
    }

    /** A token of a subscription. */
    public TokenCheck<SubscriptionClaims> subscription(String token, Instant now) {
        return check(token, now, TokenVerifier::subscriptionClaims);
    }

    private <C> TokenCheck<C> check(
            String token, Instant now, BiFunction<JsonNode, @Nullable Instant, @Nullable C> read) {
        JsonNode claims = signedClaims(token);
        if (claims == null) {
            return new TokenCheck.Invalid<>();
        }
        Instant expiresAt = instant(claims, "exp");
        C known = read.apply(claims, expiresAt);
        Instant notBefore = instant(claims, "nbf");
        if (known == null || (notBefore != null && now.isBefore(notBefore))) {
            return new TokenCheck.Invalid<>();
        }
        return expiresAt != null && !now.isBefore(expiresAt)
                ? new TokenCheck.Expired<>()
                : new TokenCheck.Valid<>(known);
    }

    private @Nullable JsonNode signedClaims(String token) {
        String[] parts = token.split("\\.", -1);
        if (secret == null || parts.length != 3) {
            return null;
        }
        try {
            Base64.Decoder base64 = Base64.getUrlDecoder();
            JsonNode header = JSON.readTree(base64.decode(parts[0]));
            if (!header.path("alg").asString("").equals("HS256")) {
                return null;
            }
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] signature = mac.doFinal((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (!MessageDigest.isEqual(signature, base64.decode(parts[2]))) {
                return null;
            }
            JsonNode claims = JSON.readTree(base64.decode(parts[1]));
            return claims.isObject() && wellFormed(claims, "exp") && wellFormed(claims, "nbf") ? claims : null;
        } catch (IllegalArgumentException | JacksonException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    static @Nullable ConnectionClaims connectionClaims(JsonNode claims, @Nullable Instant expiresAt) {
        String user = claims.path("sub").asString("");
        // A token for one channel says less than who may connect: it does not open a connection.
        if (user.isEmpty() || claims.has("channel")) {
            return null;
        }
        Set<String> channels = new LinkedHashSet<>();
        claims.path("channels").forEach(channel -> channels.add(channel.asString("")));
        channels.addAll(claims.path("subs").propertyNames());
        return new ConnectionClaims(user, expiresAt, channels, access(claims));
    }

    static @Nullable SubscriptionClaims subscriptionClaims(JsonNode claims, @Nullable Instant expiresAt) {
        String channel = claims.path("channel").asString("");
        return channel.isEmpty()
                ? null
                : new SubscriptionClaims(claims.path("sub").asString(""), channel, expiresAt);
    }

    private static Access access(JsonNode claims) {
        Set<String> agencies = new HashSet<>();
        agencies.add(claims.path("agency").asString(""));
        claims.path("agencies").forEach(agency -> agencies.add(agency.asString("")));
        agencies.remove("");
        return new Access(List.of(claims.path("scope").asString("").split(" ")).contains(SCOPE_OF_FEEDS), agencies);
    }

    private static boolean wellFormed(JsonNode claims, String name) {
        return !claims.has(name) || claims.path(name).isNumber();
    }

    /** Null when the claim is absent or 0, which both mean no bound. */
    private static @Nullable Instant instant(JsonNode claims, String name) {
        double seconds = claims.path(name).asDouble(0);
        return seconds == 0 ? null : Instant.ofEpochMilli((long) (seconds * 1000));
    }
}
