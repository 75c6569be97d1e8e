package io.rollcall.kit.auth;

import java.util.Set;

/**
 * Who gets in without a bearer token in the header. A service makes it a bean; health, readiness, metrics and API docs
 * are open anyway, and everything that nobody names needs a token.
 *
 * @param open patterns of paths that are open to everybody, as {@code /css/**}
 * @param tokenInQuery patterns of paths that also take {@code ?access_token=}, because browsers cannot send a header
 *     there: WebSockets and event streams
 * @param admins patterns of paths that only admins may use, on the management port too, as {@code /rebuild-reads/**}
 * @param ownTokens servlets, by bean name, that let in whom they choose by tokens or signatures of their own
 */
public record AuthRules(Set<String> open, Set<String> tokenInQuery, Set<String> admins, Set<String> ownTokens) {

    /** Everything needs a token in the header. */
    public static final AuthRules NONE = new AuthRules(Set.of(), Set.of(), Set.of(), Set.of());

    /** Keeps copies. */
    public AuthRules {
        open = Set.copyOf(open);
        tokenInQuery = Set.copyOf(tokenInQuery);
        admins = Set.copyOf(admins);
        ownTokens = Set.copyOf(ownTokens);
    }

    /** The same with these paths open. */
    public AuthRules withOpen(String... patterns) {
        return new AuthRules(Set.of(patterns), tokenInQuery, admins, ownTokens);
    }

    /** The same with these paths taking a token in the query. */
    public AuthRules withTokenInQuery(String... patterns) {
        return new AuthRules(open, Set.of(patterns), admins, ownTokens);
    }

    /** The same with these paths for admins only. */
    public AuthRules withAdmins(String... patterns) {
        return new AuthRules(open, tokenInQuery, Set.of(patterns), ownTokens);
    }

    /** The same with these servlets left to themselves. */
    public AuthRules withOwnTokens(String... servlets) {
        return new AuthRules(open, tokenInQuery, admins, Set.of(servlets));
    }
}
