package io.rollcall.gateway.dashboard;

import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.gateway.tokens.ConnectionClaims;
import io.rollcall.gateway.tokens.TokenCheck;
import io.rollcall.kit.web.UnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** What a caller of the dashboard may see: as much as on the feeds, with the same tokens. */
public final class DashboardAccess {

    private final ClientTokens tokens;
    private final boolean tokenRequired;
    private final InstantSource clock;

    /** @param tokens those that open a connection too */
    public DashboardAccess(ClientTokens tokens, boolean tokenRequired, InstantSource clock) {
        this.tokens = tokens;
        this.tokenRequired = tokenRequired;
        this.clock = clock;
    }

    /** Of the token in a header, or else in the query. */
    Access of(@Nullable String authorization, @Nullable String query) {
        if (!tokenRequired) {
            return Access.ALL;
        }
        return switch (tokens.connection(ClientTokens.shown(authorization, query), clock.instant())) {
            case TokenCheck.Valid<ConnectionClaims>(var claims) -> claims.access();
            case TokenCheck.Expired<ConnectionClaims>() -> throw unauthorized("The token has expired.");
            case TokenCheck.Invalid<ConnectionClaims>() -> throw unauthorized("A token that is in force is needed.");
            case TokenCheck.Unknown<ConnectionClaims>() ->
                throw new UnavailableException(
                        "The token cannot be checked now: its issuer does not answer.", Duration.ofSeconds(2));
        };
    }

    private static ErrorResponseException unauthorized(String why) {
        var problem = new ErrorResponseException(
                HttpStatus.UNAUTHORIZED, ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, why), null);
        problem.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return problem;
    }
}
