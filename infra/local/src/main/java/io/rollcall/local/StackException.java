package io.rollcall.local;

/** The stack cannot be started, found or stopped; the message says why and what to do, for a person. */
public final class StackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
