package io.rollcall.sim.tokens;

/** A token that is not accepted; the message is LiveKit's. */
public final class BadTokenException extends Exception {

    /** Not accepted, in these words. */
    public BadTokenException(String message) {
        super(message);
    }
}
