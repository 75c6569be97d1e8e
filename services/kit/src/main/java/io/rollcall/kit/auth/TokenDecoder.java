package io.rollcall.kit.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** What a token must be to be believed. */
final class TokenDecoder {

    /** As long as an identity of LiveKit may be here; beyond it, no key or log line has to hold it. */
    static final int MAX_SUBJECT = 255;

    private static final OAuth2Error EXPIRED = new OAuth2Error("expired_token", "its time is over", null);

    private TokenDecoder() {}

    static JwtDecoder of(AuthSettings settings, IssuerKeys keys) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(keys)
                .jwsAlgorithms(algorithms -> algorithms.addAll(settings.algorithms()))
                .build();
        decoder.setJwtValidator(rules(settings));
        return decoder;
    }

    private static OAuth2TokenValidator<Jwt> rules(AuthSettings settings) {
        var times = new JwtTimestampValidator(settings.leeway());
        times.setAllowEmptyExpiryClaim(false);
        OAuth2TokenValidator<Jwt> inTime = jwt ->
                isOver(jwt, settings.leeway()) ? OAuth2TokenValidatorResult.failure(EXPIRED) : times.validate(jwt);
        // Other kinds of signed things, such as logout tokens, are no access tokens.
        var type = new JwtTypeValidator(List.of("JWT", "at+jwt", "application/at+jwt"));
        type.setAllowEmpty(true);
        var audience = new JwtClaimValidator<Collection<String>>(
                JwtClaimNames.AUD, given -> given != null && !Collections.disjoint(given, settings.audience()));
        var subject = new JwtClaimValidator<String>(JwtClaimNames.SUB, TokenDecoder::isUserId);
        return new DelegatingOAuth2TokenValidator<>(
                List.of(type, inTime, new JwtIssuerValidator(settings.issuer()), audience, subject));
    }

    private static boolean isOver(Jwt jwt, Duration leeway) {
        Instant expiresAt = jwt.getExpiresAt();
        return expiresAt != null && Instant.now().minus(leeway).isAfter(expiresAt);
    }

    /** Whether nothing is wrong with a token but that it is too late for it. */
    static boolean isOnlyExpired(JwtValidationException refusal) {
        return refusal.getErrors().stream().allMatch(EXPIRED::equals);
    }

    @SuppressWarnings("NullAway") // Spring's validator gives null for an absent claim, and does not say so.
    private static boolean isUserId(String subject) {
        return subject != null
                && !subject.isBlank()
                && subject.length() <= MAX_SUBJECT
                && subject.chars().noneMatch(Character::isISOControl);
    }
}
