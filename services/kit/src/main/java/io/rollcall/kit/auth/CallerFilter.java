package io.rollcall.kit.auth;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** Attaches the caller to a request whose token was believed; to every one while authentication is off. */
final class CallerFilter implements Filter {

    private final boolean enabled;
    private final AdminRole admin;

    CallerFilter(AuthSettings settings) {
        this.enabled = settings.enabled();
        this.admin = new AdminRole(settings.adminClaim(), settings.adminValue());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!enabled) {
            Caller.ANONYMOUS.attachTo(request);
        } else if (SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken token) {
            new Caller(token.getName(), admin.isIn(token.getTokenAttributes())).attachTo(request);
        }
        chain.doFilter(request, response);
    }
}
