package io.rollcall.kit.web;

import io.rollcall.kit.log.LogKeys;
import jakarta.servlet.ServletRequest;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The id of a request: the caller's own where it is usable, else a new one. It is in the answer, on every log line of
 * the request, and travels on in Kafka's header {@code correlation-id}.
 */
public final class RequestId {

    /** The header it comes and goes in. */
    public static final String HEADER = "X-Request-ID";

    private static final String ATTRIBUTE = RequestId.class.getName();
    private static final int MAX_LENGTH = 128;

    private RequestId() {}

    /** The id of a request that has passed the filter; a new one, kept for later questions, for any other. */
    public static String of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String id = fresh();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** The id of the request that this thread works for, where there is one. */
    public static @Nullable String current() {
        return MDC.get(LogKeys.CORRELATION_ID);
    }

    static String accept(ServletRequest request, @Nullable String given) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String id = given != null && usable(given) ? given : fresh();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** Whether an id from outside may be echoed and logged. */
    public static boolean usable(String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c < 0x20 || c > 0x7e) {
                return false;
            }
        }
        return true;
    }

    /** A new id. It only has to be unique, so it need not wait for the secure random source. */
    public static String fresh() {
        var random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
