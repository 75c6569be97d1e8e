package io.rollcall.sim.protocol;

import java.util.random.RandomGenerator;

/** Makes ids and secrets that look like LiveKit's. Not for many threads at once. */
public final class LivekitIds {

    private static final String ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int LENGTH = 12;
    private static final int SECRET_LENGTH = 43;

    private final RandomGenerator random;

    /** The same source of randomness gives the same ids. */
    public LivekitIds(RandomGenerator random) {
        this.random = random;
    }

    /** An id of a room. */
    public String room() {
        return "RM_" + characters(LENGTH);
    }

    /** An id of a participant's session. */
    public String participant() {
        return "PA_" + characters(LENGTH);
    }

    /** An id of a track; the two letters say what it is, such as AM for a microphone. */
    public String track(String letters) {
        return "TR_" + letters + characters(LENGTH);
    }

    /** An id of an event. */
    public String event() {
        return "EV_" + characters(LENGTH);
    }

    /** An id of a node. */
    public String node() {
        return "ND_" + characters(LENGTH);
    }

    /** A password for TURN; it opens nothing here. */
    public String secret() {
        return characters(SECRET_LENGTH);
    }

    /** A number for what has to be some number, such as a stream's source. */
    public int number() {
        return random.nextInt(1, Integer.MAX_VALUE);
    }

    private String characters(int length) {
        var id = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
