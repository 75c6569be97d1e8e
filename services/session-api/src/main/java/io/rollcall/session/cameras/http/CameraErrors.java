package io.rollcall.session.cameras.http;

import io.rollcall.kit.web.ErrorShape;
import io.rollcall.kit.web.Failure;
import java.util.Map;
import java.util.Set;

/** The errors of {@code /api/v1}: a string. */
public final class CameraErrors implements ErrorShape {

    @Override
    public Set<String> prefixes() {
        return Set.of("/api/v1");
    }

    @Override
    public Object body(Failure failure) {
        return Map.of("error", words(failure));
    }

    private static String words(Failure failure) {
        return switch (failure.cause()) {
            case MISSING_TOKEN, INVALID_TOKEN -> "Unauthorized";
            case MALFORMED_BODY -> "Invalid request body";
            case UNKNOWN_ROUTE, BAD_FIELD, OTHER -> failure.detail();
        };
    }
}
