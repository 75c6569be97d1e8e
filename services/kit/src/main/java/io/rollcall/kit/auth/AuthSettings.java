package io.rollcall.kit.auth;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.util.unit.DataSize;

/**
 * Who may call a service.
 *
 * @param enabled whether a caller needs a token; without, everybody is {@code anonymous} and may do everything
 * @param issuer the {@code iss} of the tokens, and where their keys are found unless {@code jwksUrl} says so
 * @param audience the tokens must be meant for one of these ({@code aud})
 * @param jwksUrl where the issuer's public keys are; none: as its {@code .well-known/openid-configuration} says
 * @param algorithms with which a token may be signed; none of them has a shared secret
 * @param leeway how far the issuer's clock may be from ours
 * @param adminClaim the claim that makes an admin; a dot goes into an object: {@code realm_access.roles}
 * @param adminValue what that claim must be, or hold as one of a list or of several words
 * @param keys how the issuer's keys are kept
 */
@ConfigurationProperties("rollcall.auth")
public record AuthSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("") String issuer,
        @DefaultValue Set<String> audience,
        @Nullable URI jwksUrl,

        @DefaultValue({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
        Set<SignatureAlgorithm> algorithms,

        @DefaultValue("60s") Duration leeway,
        @DefaultValue("realm_access.roles") String adminClaim,
        @DefaultValue("rollcall-admin") String adminValue,
        @DefaultValue Keys keys) {

    /** Checks what was given. */
    public AuthSettings {
        issuer = issuer.strip();
        audience = Set.copyOf(
                audience.stream().map(String::strip).filter(it -> !it.isEmpty()).toList());
        algorithms = Set.copyOf(algorithms);
        if (jwksUrl != null && jwksUrl.toString().isBlank()) {
            jwksUrl = null;
        }
        if (enabled && issuer.isEmpty()) {
            throw unfit(
                    "AUTH_ISSUER is not set, and authentication is on",
                    "Set AUTH_ISSUER to the issuer of your tokens, exactly as their claim iss says it, for example"
                            + " https://id.example.org/realms/rollcall");
        }
        if (enabled && audience.isEmpty()) {
            throw unfit(
                    "AUTH_AUDIENCE is not set, and authentication is on",
                    "Set AUTH_AUDIENCE to what the claim aud of your tokens holds for Rollcall, for example rollcall");
        }
        if (enabled && jwksUrl == null && !isHttp(issuer)) {
            throw unfit(
                    "AUTH_ISSUER is " + issuer + ", which is no http or https address",
                    "Set it to an address under which .well-known/openid-configuration is found, or set AUTH_JWKS_URL");
        }
        if (enabled && jwksUrl != null && !isHttp(jwksUrl.toString())) {
            throw unfit(
                    "AUTH_JWKS_URL is " + jwksUrl + ", which is no http or https address",
                    "Set it to the address of the issuer's keys, or leave it out");
        }
        if (enabled && algorithms.isEmpty()) {
            throw unfit("AUTH_ALGORITHMS is empty: no token would be taken", "Leave it out, or name some: RS256,ES256");
        }
        if (leeway.isNegative()) {
            throw new IllegalArgumentException("rollcall.auth.leeway must not be negative");
        }
        if (adminClaim.isBlank() || adminValue.isBlank()) {
            throw new IllegalArgumentException("rollcall.auth.admin-claim and admin-value must not be blank");
        }
    }

    /**
     * How the issuer's keys are kept.
     *
     * @param timeout for one question to the issuer, from connecting to the last byte
     * @param lifetime how long they are taken for those in force; renewed before that, beside the requests
     * @param interval how long between two questions that unknown keys give rise to; two may come in one interval
     * @param outage how long the known ones go on being taken while the issuer does not answer
     * @param maxSize of an answer
     */
    public record Keys(
            @DefaultValue("2s") Duration timeout,
            @DefaultValue("5m") Duration lifetime,
            @DefaultValue("5s") Duration interval,
            @DefaultValue("12h") Duration outage,
            @DefaultValue("256KB") DataSize maxSize) {

        /** Checks what was given. */
        public Keys {
            positive("timeout", timeout.toMillis());
            positive("interval", interval.toMillis());
            positive("outage", outage.toMillis());
            positive("max-size", maxSize.toBytes());
            if (lifetime.compareTo(timeout.multipliedBy(4)) < 0 || lifetime.compareTo(interval) <= 0) {
                throw new IllegalArgumentException(
                        "rollcall.auth.keys.lifetime must be at least four time-outs, and longer than interval");
            }
        }

        private static void positive(String name, long value) {
            if (value <= 0) {
                throw new IllegalArgumentException("rollcall.auth.keys." + name + " must be more than nothing");
            }
        }
    }

    private static UnfitAuthException unfit(String what, String remedy) {
        return new UnfitAuthException(what, remedy + "; AUTH_ENABLED=false lets everybody in.");
    }

    private static boolean isHttp(String address) {
        return List.of("http", "https").stream().anyMatch(scheme -> address.startsWith(scheme + "://"));
    }
}
