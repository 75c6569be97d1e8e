package io.rollcall.session.cameras.ptz;

import io.rollcall.schemas.cameras.Camera;
import java.time.Duration;

/** No way to any camera. */
public final class NoDriver implements PtzDriver {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public void check(Camera camera) {
        throw new PtzException(PtzException.Kind.UNSUPPORTED, "no driver is set");
    }

    @Override
    public void drive(Camera camera, Motion motion, double speed, Duration patience) {
        check(camera);
    }
}
