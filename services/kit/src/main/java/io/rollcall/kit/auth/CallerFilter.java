package io.rollcall.kit.auth;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Attaches the caller to a request whose token was believed; to every one while authentication is off. */
final class CallerFilter implements Filter {

    private final @Nullable IssuedTokens tokens;

    /** Without any, authentication is off. */
    CallerFilter(@Nullable IssuedTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (tokens == null) {
            Caller.ANONYMOUS.attachTo(request);
        } else if (SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken believed) {
            tokens.caller(believed.getToken()).attachTo(request);
        }
        chain.doFilter(request, response);
    }
}
