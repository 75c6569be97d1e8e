package io.rollcall.kit.auth;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether claims make an admin. */
record AdminRole(String claim, String value) {

    boolean isIn(Map<String, Object> claims) {
        Object found = claims.containsKey(claim) ? claims.get(claim) : inside(claims);
        return switch (found) {
            case null -> false;
            case Collection<?> many -> many.contains(value);
            case String words -> List.of(words.split(" ", -1)).contains(value);
            default -> found.toString().equals(value);
        };
    }

    private @Nullable Object inside(Map<String, Object> claims) {
        Object at = claims;
        for (String step : claim.split("\\.", -1)) {
            at = at instanceof Map<?, ?> object ? object.get(step) : null;
        }
        return at;
    }
}
