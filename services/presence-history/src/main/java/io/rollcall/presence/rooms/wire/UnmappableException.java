package io.rollcall.presence.rooms.wire;

/** A webhook that means nothing to the rules: it belongs in the dead letters. The message holds none of its contents. */
public final class UnmappableException extends RuntimeException {

    public UnmappableException(String message) {
        super(message);
    }

    /** The cause is left out on purpose where its message would quote the payload. */
    static UnmappableException because(String what, Exception cause) {
        return new UnmappableException(what + ": " + cause.getClass().getSimpleName());
    }
}
