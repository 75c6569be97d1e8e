package io.rollcall.schemas;

import org.jspecify.annotations.Nullable;

/** What LiveKit calls the room in which a camera is watched. */
public final class CameraRoom {

    private static final String PREFIX = "camera_";

    private CameraRoom() {}

    /** The name of the room of a camera. */
    public static String nameOf(String cameraId) {
        return PREFIX + cameraId;
    }

    /** The camera that is watched in a room; null where none is. */
    public static @Nullable String cameraIn(String roomName) {
        return roomName.startsWith(PREFIX) ? roomName.substring(PREFIX.length()) : null;
    }
}
