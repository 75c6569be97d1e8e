package io.rollcall.kit.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The W3C trace context of a request, which travels on in Kafka's header {@code traceparent}. */
public final class TraceParent {

    private static final String HEADER = "traceparent";
    private static final Pattern VALID = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private TraceParent() {}

    /** What the request says; null when it says nothing usable. */
    public static @Nullable String of(HttpServletRequest request) {
        String given = request.getHeader(HEADER);
        return given != null && VALID.matcher(given).matches() ? given : null;
    }
}
