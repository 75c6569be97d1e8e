package io.rollcall.session.reservations.http;

import io.rollcall.kit.web.ErrorShape;
import io.rollcall.kit.web.Failure;
import java.util.Map;
import java.util.Set;

/** The errors of {@code /api/v1/stream}: a string, but an object in two languages where a limit is reached. */
public final class StreamErrors implements ErrorShape {

    /** The property of a problem that has the object. */
    static final String LIMIT = "limit";

    @Override
    public Set<String> prefixes() {
        return Set.of("/api/v1/stream");
    }

    @Override
    public Object body(Failure failure) {
        Object limit = failure.property(LIMIT);
        return Map.of("error", limit == null ? words(failure) : limit);
    }

    private static String words(Failure failure) {
        return switch (failure.cause()) {
            case MISSING_TOKEN, INVALID_TOKEN -> "Unauthorized";
            case MALFORMED_BODY -> "Invalid request body";
            case UNKNOWN_ROUTE, BAD_FIELD, OTHER -> failure.detail();
        };
    }
}
