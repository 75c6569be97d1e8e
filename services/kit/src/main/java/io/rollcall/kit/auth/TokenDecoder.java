package io.rollcall.kit.auth;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** What a token must be to be believed. */
final class TokenDecoder {

    /** As long as an identity of LiveKit may be here; beyond it, no key or log line has to hold it. */
    static final int MAX_SUBJECT = 255;

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
        // Other kinds of signed things, such as logout tokens, are no access tokens.
        var type = new JwtTypeValidator(List.of("JWT", "at+jwt", "application/at+jwt"));
        type.setAllowEmpty(true);
        var audience = new JwtClaimValidator<Collection<String>>(
                JwtClaimNames.AUD, given -> given != null && !Collections.disjoint(given, settings.audience()));
        var subject = new JwtClaimValidator<String>(JwtClaimNames.SUB, TokenDecoder::isUserId);
        return new DelegatingOAuth2TokenValidator<>(
                List.of(type, times, new JwtIssuerValidator(settings.issuer()), audience, subject));
    }

    @SuppressWarnings("NullAway") // Spring's validator gives null for an absent claim, and does not say so.
    private static boolean isUserId(String subject) {
        return subject != null
                && !subject.isBlank()
                && subject.length() <= MAX_SUBJECT
                && subject.chars().noneMatch(Character::isISOControl);
    }
}
