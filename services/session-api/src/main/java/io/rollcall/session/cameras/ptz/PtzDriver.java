package io.rollcall.session.cameras.ptz;

import io.rollcall.schemas.cameras.Camera;
import java.time.Duration;

/** A way to cameras' motors. Calls wait: each is made on a thread of its own. */
public interface PtzDriver {

    /** The driver's name on the topic. */
    String name();

    /**
     * Whether there is a way to this camera at all.
     *
     * @throws PtzException when there is none; nothing is sent
     */
    void check(Camera camera);

    /**
     * Has a camera do something.
     *
     * @param speed 0 to 1; a {@link Motion.Move} has it in it already
     * @param patience how long all of it may take
     * @throws PtzException when it did not
     */
    void drive(Camera camera, Motion motion, double speed, Duration patience);
}
