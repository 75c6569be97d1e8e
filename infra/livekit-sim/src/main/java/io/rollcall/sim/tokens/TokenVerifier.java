package io.rollcall.sim.tokens;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import livekit.LivekitRoom.RoomConfiguration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Verifies access tokens as LiveKit 1.13.5 does, its leeway of a minute and the words of its refusals included. */
public final class TokenVerifier {

    private static final JsonMapper JSON = JsonMapper.shared();
    /** Those that LiveKit's library knows; only the first is accepted. */
    private static final Set<String> ALGORITHMS = Set.of(
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
            "EdDSA", "none");

    private static final Duration LEEWAY = Duration.ofMinutes(1);

    private final Map<String, String> secrets;
    private final InstantSource clock;

    /** Accepts the tokens of these API keys. */
    public TokenVerifier(Map<String, String> secrets, InstantSource clock) {
        this.secrets = Map.copyOf(secrets);
        this.clock = clock;
    }

    /** What the token grants. */
    public Grants verify(String token) throws BadTokenException {
        String[] parts = token.split("\\.", -1);
        JsonNode header;
        JsonNode claims;
        byte[] signature;
        try {
            if (parts.length != 3) {
                throw new IllegalArgumentException("three parts");
            }
            header = object(parts[0]);
            claims = object(parts[1]);
            signature = Base64.getUrlDecoder().decode(parts[2]);
            if (!ALGORITHMS.contains(header.path("alg").asString(""))) {
                throw new IllegalArgumentException("an algorithm");
            }
        } catch (IllegalArgumentException | JacksonException e) {
            throw new BadTokenException("invalid authorization token");
        }
        String apiKey = claims.path("iss").asString("");
        String secret = secrets.get(apiKey);
        if (secret == null) {
            throw new BadTokenException("invalid API key: " + apiKey);
        }
        String algorithm = header.path("alg").asString("");
        if (!algorithm.equals("HS256")) {
            throw refusal(token, "token signature is invalid: signing method " + algorithm + " is invalid");
        }
        if (!MessageDigest.isEqual(signature, hmac(secret, parts[0] + "." + parts[1]))) {
            throw refusal(token, "token signature is invalid: signature is invalid");
        }
        List<String> wrong = wrongTimes(claims);
        if (!wrong.isEmpty()) {
            throw refusal(token, "token has invalid claims: " + String.join(", ", wrong));
        }
        return grants(claims);
    }

    private List<String> wrongTimes(JsonNode claims) {
        Instant now = clock.instant();
        List<String> wrong = new ArrayList<>();
        if (claims.has("exp") && !now.isBefore(time(claims, "exp").plus(LEEWAY))) {
            wrong.add("token is expired");
        }
        if (claims.has("nbf") && now.isBefore(time(claims, "nbf").minus(LEEWAY))) {
            wrong.add("token is not valid yet");
        }
        return wrong;
    }

    private static Instant time(JsonNode claims, String name) {
        return Instant.ofEpochSecond(claims.path(name).asLong());
    }

    private static BadTokenException refusal(String token, String reason) {
        return new BadTokenException("invalid token: " + token + ", error: " + reason);
    }

    private static JsonNode object(String part) {
        JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(part));
        if (!node.isObject()) {
            throw new IllegalArgumentException("an object");
        }
        return node;
    }

    private static byte[] hmac(String secret, String signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(signed.getBytes(US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256", e);
        }
    }

    private static Grants grants(JsonNode claims) {
        JsonNode video = claims.path("video");
        Set<String> can = new LinkedHashSet<>();
        for (String name : video.propertyNames()) {
            if (video.path(name).asBoolean(false)) {
                can.add(name);
            }
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        claims.path("attributes")
                .properties()
                .forEach(
                        entry -> attributes.put(entry.getKey(), entry.getValue().asString("")));
        List<String> sources = new ArrayList<>();
        video.path("canPublishSources").forEach(source -> sources.add(source.asString("")));
        String identity = claims.path("sub").asString("");
        return new Grants(
                identity.isEmpty() ? claims.path("jti").asString("") : identity,
                claims.path("name").asString(""),
                claims.path("metadata").asString(""),
                Map.copyOf(attributes),
                claims.path("kind").asString(""),
                video.path("room").asString(""),
                Set.copyOf(can),
                choice(video, "canPublish"),
                choice(video, "canPublishData"),
                choice(video, "canSubscribe"),
                List.copyOf(sources),
                roomConfiguration(claims.path("roomConfig")));
    }

    private static @Nullable Boolean choice(JsonNode video, String name) {
        JsonNode value = video.path(name);
        return value.isBoolean() ? Boolean.valueOf(value.asBoolean()) : null;
    }

    private static RoomConfiguration roomConfiguration(JsonNode json) {
        var configuration = RoomConfiguration.newBuilder();
        if (json.isObject()) {
            try {
                JsonFormat.parser().ignoringUnknownFields().merge(json.toString(), configuration);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException("roomConfig", e);
            }
        }
        return configuration.build();
    }
}
