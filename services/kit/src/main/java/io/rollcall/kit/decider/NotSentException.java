package io.rollcall.kit.decider;

import io.rollcall.kit.web.UnavailableException;
import java.time.Duration;

/**
 * A command was refused before it was given to Kafka: it will not be decided, and there is nothing of it to take back.
 * Earlier ones of the same request may have been decided.
 */
public final class NotSentException extends UnavailableException {

    private static final long serialVersionUID = 1L;

    NotSentException(String detail, Duration retryAfter) {
        super(detail, retryAfter);
    }
}
