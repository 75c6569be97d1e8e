package io.rollcall.quota.leases.http;

import io.rollcall.kit.web.ErrorShape;
import io.rollcall.kit.web.Failure;
import java.util.Map;
import java.util.Set;

/** The errors of {@code /api/v1/agencies}: one string. */
public final class AgencyErrors implements ErrorShape {

    @Override
    public Set<String> prefixes() {
        return Set.of("/api/v1/agencies");
    }

    @Override
    public Object body(Failure failure) {
        String words = switch (failure.cause()) {
            case MISSING_TOKEN, INVALID_TOKEN -> "Unauthorized";
            case MALFORMED_BODY -> "Invalid request body";
            case UNKNOWN_ROUTE, BAD_FIELD, OTHER -> failure.detail();
        };
        return Map.of("error", words);
    }
}
