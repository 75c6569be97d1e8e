package io.rollcall.kit.auth;

import com.nimbusds.jose.KeySourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Looks at a token of the issuer for whoever lets in callers by a way of its own, such as a servlet among
 * {@link AuthRules#ownTokens}. There is such a bean while authentication is on.
 */
public final class IssuedTokens {

    private final JwtDecoder decoder;
    private final AdminRole admin;
    private final Duration leeway;

    IssuedTokens(JwtDecoder decoder, AuthSettings settings) {
        this.decoder = decoder;
        this.admin = new AdminRole(settings.adminClaim(), settings.adminValue());
        this.leeway = settings.leeway();
    }

    /** What a token turned out to be. */
    public sealed interface Verdict {

        /**
         * It is good.
         *
         * @param until when it will be {@link Expired}: the leeway behind its {@code exp}
         */
        record Valid(Caller caller, Map<String, Object> claims, Instant until) implements Verdict {}

        /** It was good, and its time is over: a newer one may do. */
        record Expired() implements Verdict {}

        /** It is none of this issuer's for us, whatever it is. */
        record Invalid() implements Verdict {}

        /** It cannot be told now: the issuer is away, and the key is not among those known. */
        record Unknown() implements Verdict {}
    }

    /** Checks all there is to check. May wait for the issuer as long as one time-out. */
    public Verdict check(String token) {
        try {
            Jwt jwt = decoder.decode(token);
            Instant expiresAt = Objects.requireNonNull(jwt.getExpiresAt());
            return new Verdict.Valid(caller(jwt), jwt.getClaims(), expiresAt.plus(leeway));
        } catch (JwtValidationException e) {
            return TokenDecoder.isOnlyExpired(e) ? new Verdict.Expired() : new Verdict.Invalid();
        } catch (JwtException e) {
            return issuerIsAway(e) ? new Verdict.Unknown() : new Verdict.Invalid();
        }
    }

    Caller caller(Jwt jwt) {
        // There is none without, or it had been refused.
        return new Caller(Objects.requireNonNull(jwt.getSubject()), admin.isIn(jwt.getClaims()));
    }

    static boolean issuerIsAway(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof KeySourceException) {
                return true;
            }
        }
        return false;
    }
}
