package io.rollcall.sim.node;

import java.util.Map;

/** A call that the room API refuses. */
public final class RefusedException extends RuntimeException {

    private final TwirpError error;
    private final Map<String, String> meta;

    /** A refusal in these words, with what Twirp calls its metadata. */
    public RefusedException(TwirpError error, String message, Map<String, String> meta) {
        super(message, null, false, false);
        this.error = error;
        this.meta = Map.copyOf(meta);
    }

    /** A refusal in these words. */
    public RefusedException(TwirpError error, String message) {
        this(error, message, Map.of());
    }

    /** An error that comes from behind LiveKit's own message bus: its library puts these words in front. */
    static RefusedException behindTheBus(TwirpError error, String message) {
        return new RefusedException(error, "twirp error unknown: " + message);
    }

    static RefusedException roomNotFound() {
        return behindTheBus(TwirpError.NOT_FOUND, "requested room does not exist");
    }

    /** There is nobody of this name in the room. */
    public static RefusedException participantNotFound() {
        return behindTheBus(TwirpError.NOT_FOUND, "participant does not exist");
    }

    /** What went wrong. */
    public TwirpError error() {
        return error;
    }

    /** What Twirp adds; mostly nothing. */
    public Map<String, String> meta() {
        return meta;
    }
}
