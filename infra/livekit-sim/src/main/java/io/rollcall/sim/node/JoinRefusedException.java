package io.rollcall.sim.node;

/** A client that is not let in: the status and the text with which LiveKit answers its WebSocket handshake. */
public final class JoinRefusedException extends Exception {

    private final int status;

    /** Refused with this status and these words. */
    public JoinRefusedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** The status of the answer. */
    public int status() {
        return status;
    }
}
