package io.rollcall.session.cameras.domain;

import java.time.Instant;

/** What may happen to a camera. */
public sealed interface Event {

    /** It is there. */
    record Added(String id, CameraDetails details, Instant at) implements Event {}

    /**
     * It is another one now, under its id.
     *
     * @param agency whose it was
     * @param status what it was
     */
    record Changed(CameraDetails details, String agency, CameraStatus status, Instant at) implements Event {}

    /** It does something else now. */
    record StatusChanged(CameraStatus status, CameraStatus before, Instant at) implements Event {}

    /**
     * It is gone.
     *
     * @param agency whose it was
     * @param status what it was
     */
    record Removed(String agency, CameraStatus status) implements Event {}
}
