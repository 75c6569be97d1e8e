package io.rollcall.gateway.tokens;

import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.kit.auth.IssuedTokens;
import io.rollcall.kit.auth.IssuedTokens.Verdict;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokens that clients show: those signed with the secret of the gateway, and those of the issuer where there is one.
 * The claims of both say the same; a token of the issuer is held to its {@code iss} and {@code aud} besides, and one
 * that makes an admin reaches all feeds.
 */
public final class ClientTokens {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String BEARER = "Bearer ";

    private final TokenVerifier own;
    private final @Nullable IssuedTokens issued;

    /**
     * Takes two kinds of tokens.
     *
     * @param own signed with the secret of the gateway
     * @param issued those of the issuer; null while authentication is off
     */
    public ClientTokens(TokenVerifier own, @Nullable IssuedTokens issued) {
        this.own = own;
        this.issued = issued;
    }

    /** The token of a request: in its header, or else in its query; empty where there is none. */
    public static String shown(@Nullable String authorization, @Nullable String query) {
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return authorization.substring(BEARER.length());
        }
        return query == null ? "" : query;
    }

    /** The same of a handshake, of which a browser chooses no header. */
    public static String shown(HttpServletRequest request) {
        return shown(request.getHeader("Authorization"), request.getParameter("access_token"));
    }

    /** A token of a connection. May wait for the issuer's keys, as long as one question to it may take. */
    public TokenCheck<ConnectionClaims> connection(String token, Instant now) {
        return otherwiseIssued(token, own.connection(token, now), (claims, valid) -> {
            ConnectionClaims read = TokenVerifier.connectionClaims(claims, valid.until());
            return read == null || !valid.caller().admin() ? read : read.withAccess(Access.ALL);
        });
    }

    /** A token of a subscription; waits like that of a connection. */
    public TokenCheck<SubscriptionClaims> subscription(String token, Instant now) {
        return otherwiseIssued(
                token,
                own.subscription(token, now),
                (claims, valid) -> TokenVerifier.subscriptionClaims(claims, valid.until()));
    }

    private <C> TokenCheck<C> otherwiseIssued(
            String token, TokenCheck<C> ours, BiFunction<JsonNode, Verdict.Valid, @Nullable C> read) {
        if (issued == null || !(ours instanceof TokenCheck.Invalid)) {
            return ours;
        }
        return switch (issued.check(token)) {
            case Verdict.Valid valid -> {
                C claims = read.apply(JSON.valueToTree(valid.claims()), valid);
                yield claims == null ? new TokenCheck.Invalid<>() : new TokenCheck.Valid<>(claims);
            }
            case Verdict.Expired() -> new TokenCheck.Expired<>();
            case Verdict.Invalid() -> new TokenCheck.Invalid<>();
            case Verdict.Unknown() -> new TokenCheck.Unknown<>();
        };
    }
}
