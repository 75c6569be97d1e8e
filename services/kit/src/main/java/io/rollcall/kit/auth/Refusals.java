package io.rollcall.kit.auth;

import io.rollcall.kit.web.Failure.Cause;
import io.rollcall.kit.web.SurfaceErrors;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/** Tells a caller without a valid token, or who is no admin where that is needed, so, in the shape of the surface. */
final class Refusals implements AuthenticationEntryPoint, AuthenticationFailureHandler, AccessDeniedHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final String RETRY_SOON = "2";

    private final SurfaceErrors errors;

    Refusals(SurfaceErrors errors) {
        this.errors = errors;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        if (failure instanceof OAuth2AuthenticationException) {
            onAuthenticationFailure(request, response, failure);
        } else {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            errors.write(request, response, HttpStatus.UNAUTHORIZED, Cause.MISSING_TOKEN, "A bearer token is needed.");
        }
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        if (IssuedTokens.issuerIsAway(failure)) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SOON);
            errors.write(
                    request,
                    response,
                    HttpStatus.SERVICE_UNAVAILABLE,
                    Cause.OTHER,
                    "The token cannot be checked now: its issuer does not answer.");
            return;
        }
        // The words of a broken token's parser may quote it; those of the rules name a claim only.
        LOG.atDebug()
                .addKeyValue(
                        "reason", failure.getCause() instanceof JwtValidationException ? failure.getMessage() : "unfit")
                .log("a token was refused");
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
        errors.write(
                request,
                response,
                HttpStatus.UNAUTHORIZED,
                Cause.INVALID_TOKEN,
                "The token is not valid here, or not any more.");
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException {
        errors.write(request, response, HttpStatus.FORBIDDEN, Cause.OTHER, "Only an admin may do this.");
    }
}
