package io.rollcall.sim.node;

/** A call about a room that no node hosts: LiveKit waits three seconds for one before it says so. */
public final class NoNodeException extends RuntimeException {

    NoNodeException() {
        super("no response from servers", null, false, false);
    }

    /** What the caller is told in the end. */
    public RefusedException afterTheWait() {
        return RefusedException.behindTheBus(TwirpError.UNAVAILABLE, "no response from servers");
    }
}
