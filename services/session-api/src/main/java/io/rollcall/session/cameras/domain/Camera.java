package io.rollcall.session.cameras.domain;

import java.time.Instant;

/** A camera as it is now. */
public sealed interface Camera {

    /** There is none. */
    record Nothing() implements Camera {}

    /**
     * One of the catalogue.
     *
     * @param version counts its events from 1
     */
    record Known(String id, long version, CameraDetails details, Instant createdAt, Instant updatedAt)
            implements Camera {}
}
