package io.rollcall.kit.auth;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2Token;

/** The token of the request that this thread works for. */
public final class Bearer {

    private Bearer() {}

    /** What to send as {@code Authorization} when asking another instance of the same service; none without a token. */
    public static @Nullable String authorization() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getCredentials() instanceof OAuth2Token token
                ? "Bearer " + token.getTokenValue()
                : null;
    }
}
