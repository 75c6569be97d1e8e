package io.rollcall.session.cameras.ptz;

/** What a camera's motors are to do. */
public sealed interface Motion {

    /**
     * Move, until told to stop.
     *
     * @param pan -1 (left) to 1
     * @param tilt -1 (down) to 1
     * @param zoom -1 (out) to 1
     */
    record Move(double pan, double tilt, double zoom) implements Motion {}

    /** Go to a stored position. */
    record ToPreset(int preset) implements Motion {}

    /** Go to the position of rest. */
    record Home() implements Motion {}

    /** Stand still. */
    record Stop() implements Motion {}
}
