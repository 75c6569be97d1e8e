package io.rollcall.session.cameras.ptz;

import io.rollcall.schemas.cameras.Camera;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import java.time.Duration;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Moves cameras through an HTTP video management system. pan, tilt and zoom are velocities: direction times speed. */
public final class VmsDriver implements PtzDriver, AutoCloseable {

    private static final MediaType JSON = MediaType.get("application/json");
    private static final int HOME_PRESET = 1;

    private final HttpUrl base;
    private final PtzHttp http = new PtzHttp(Dns.SYSTEM);
    private final JsonMapper json = new JsonMapper();

    /** Asks the system at this address. */
    public VmsDriver(HttpUrl base) {
        this.base = base;
    }

    @Override
    public String name() {
        return "vms";
    }

    @Override
    public void check(Camera camera) {
        // The system knows its cameras.
    }

    @Override
    public void drive(Camera camera, Motion motion, double speed, Duration patience) {
        HttpUrl url = base.newBuilder()
                .addPathSegments("vms/cameras")
                .addPathSegment(camera.getCameraId())
                .addPathSegment("ptz")
                .build();
        PtzHttp.Answer answer = http.post(url, JSON, json.writeValueAsBytes(body(motion, speed)), patience);
        if (answer.status() == 504) {
            throw new PtzException(Kind.TIMED_OUT, "the camera did not answer its system in time");
        }
        if (answer.status() < 200 || answer.status() > 299) {
            throw new PtzException(Kind.FAILED, "the system answered " + answer.status());
        }
    }

    private ObjectNode body(Motion motion, double speed) {
        ObjectNode body = json.createObjectNode();
        switch (motion) {
            case Motion.Move(double pan, double tilt, double zoom) ->
                body.put("action", "MOVE")
                        .put("pan", pan)
                        .put("tilt", tilt)
                        .put("zoom", zoom)
                        .put("speed", speed);
            case Motion.ToPreset(int preset) ->
                body.put("action", "GO_TO_PRESET").put("preset", preset).put("speed", speed);
            case Motion.Home() ->
                body.put("action", "GO_TO_PRESET").put("preset", HOME_PRESET).put("speed", speed);
            case Motion.Stop() -> body.put("action", "STOP");
        }
        return body;
    }

    @Override
    public void close() {
        http.close();
    }
}
