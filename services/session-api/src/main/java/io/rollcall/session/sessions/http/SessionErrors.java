package io.rollcall.session.sessions.http;

import io.rollcall.kit.web.ErrorShape;
import io.rollcall.kit.web.Failure;
import java.util.Map;
import java.util.Set;

/** The errors of {@code /v1/realtime}: without a valid token a string, else a message and a type. */
public final class SessionErrors implements ErrorShape {

    /** What went wrong, for people and for programs. */
    record Body(String message, String type) {}

    @Override
    public Set<String> prefixes() {
        return Set.of("/v1/realtime");
    }

    @Override
    public Object body(Failure failure) {
        return switch (failure.cause()) {
            case MISSING_TOKEN -> Map.of("error", "missing bearer token");
            case INVALID_TOKEN -> Map.of("error", "invalid token");
            case UNKNOWN_ROUTE, MALFORMED_BODY, BAD_FIELD, OTHER ->
                Map.of("error", new Body(failure.detail(), type(failure.status().value())));
        };
    }

    private static String type(int status) {
        return switch (status) {
            case 403 -> "forbidden_error";
            case 404 -> "not_found_error";
            case 409 -> "conflict_error";
            case 429 -> "rate_limited_error";
            case 502 -> "external_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? "validation_error" : "internal_error";
        };
    }
}
