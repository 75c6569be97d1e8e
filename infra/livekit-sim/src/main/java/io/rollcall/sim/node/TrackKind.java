package io.rollcall.sim.node;

/** What a simulated client can publish. */
public enum TrackKind {
    MICROPHONE("AM"),
    CAMERA("VC");

    private final String letters;

    TrackKind(String letters) {
        this.letters = letters;
    }

    /** What the ids of such tracks begin with. */
    String letters() {
        return letters;
    }
}
