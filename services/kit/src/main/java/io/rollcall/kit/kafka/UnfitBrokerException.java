package io.rollcall.kit.kafka;

import org.jspecify.annotations.Nullable;

/** The broker cannot do what this service relies on; waiting does not help. */
public final class UnfitBrokerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what it lacks. */
    public UnfitBrokerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
