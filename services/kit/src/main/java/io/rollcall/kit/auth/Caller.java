package io.rollcall.kit.auth;

import jakarta.servlet.ServletRequest;

/**
 * Who makes a request, as its token says. A controller takes it as a parameter; a servlet asks {@link #of}.
 *
 * @param id the user: the token's {@code sub}
 * @param admin whether it may do what only admins may
 */
public record Caller(String id, boolean admin) {

    /** Everybody, while authentication is off; may do everything. */
    public static final Caller ANONYMOUS = new Caller("anonymous", true);

    private static final String ATTRIBUTE = Caller.class.getName();

    /**
     * The caller of a request that needed a token.
     *
     * @throws IllegalStateException on a path that is open to everybody, where nobody asks who calls
     */
    public static Caller of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("nobody asked for a token on this path");
    }

    void attachTo(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
