package io.rollcall.session.cameras.ptz;

import org.jspecify.annotations.Nullable;

/** A camera that did not do as it was told. The message is for logs and the topic; it holds no credentials. */
public final class PtzException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What clients are told. */
    public enum Kind {
        /** It has no motors that this service can reach by any way. */
        UNSUPPORTED,
        /** It refused, or it could not be asked. */
        FAILED,
        /** It did not answer in time. */
        TIMED_OUT
    }

    PtzException(Kind kind, String message) {
        this(kind, message, null);
    }

    PtzException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What clients are told. */
    public Kind kind() {
        return kind;
    }
}
