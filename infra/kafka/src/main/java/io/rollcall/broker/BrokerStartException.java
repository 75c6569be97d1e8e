package io.rollcall.broker;

import org.jspecify.annotations.Nullable;

/** A broker that did not start; the message says why. */
public final class BrokerStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
