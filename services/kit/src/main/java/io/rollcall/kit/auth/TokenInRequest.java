package io.rollcall.kit.auth;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Where the token of a request is; one on an open path is not looked at. */
final class TokenInRequest implements BearerTokenResolver {

    private final RequestMatcher open;
    private final RequestMatcher inQuery;
    private final DefaultBearerTokenResolver header = new DefaultBearerTokenResolver();
    private final DefaultBearerTokenResolver headerOrQuery = new DefaultBearerTokenResolver();

    TokenInRequest(RequestMatcher open, RequestMatcher inQuery) {
        this.open = open;
        this.inQuery = inQuery;
        headerOrQuery.setAllowUriQueryParameter(true);
    }

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        if (open.matches(request)) {
            return null;
        }
        if (Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION)).size() > 1) {
            // Which of them would a proxy before us have looked at?
            throw new OAuth2AuthenticationException(BearerTokenErrors.invalidToken("more than one Authorization"));
        }
        return inQuery.matches(request) ? headerOrQuery.resolve(request) : header.resolve(request);
    }
}
