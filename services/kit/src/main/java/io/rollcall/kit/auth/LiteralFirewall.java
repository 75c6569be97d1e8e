package io.rollcall.kit.auth;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;

/**
 * Lets any name through in a path, and no token in a query reach a log. Spring's own firewall refuses slashes, percent signs and the like, for the sake of
 * rules that see another path than controllers do; ours are matched as controllers are, on the same parsed path.
 */
final class LiteralFirewall implements HttpFirewall {

    /** A name with a percent sign in it may be the same name. */
    private static final Pattern TOKEN = Pattern.compile("((?:^|&)(?:access_token|[^&=]*%[^&=]*)=)[^&]*");

    @Override
    public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
        return new FirewalledRequest(request) {
            @Override
            public @Nullable String getQueryString() {
                String query = super.getQueryString();
                return query == null ? null : TOKEN.matcher(query).replaceAll("$1***");
            }

            @Override
            public void reset() {
                // Nothing was changed.
            }
        };
    }

    @Override
    public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
        return response;
    }
}
