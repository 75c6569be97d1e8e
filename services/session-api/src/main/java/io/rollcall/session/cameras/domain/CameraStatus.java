package io.rollcall.session.cameras.domain;

/** What a camera does just now, as its own system says. */
public enum CameraStatus {
    ONLINE,
    OFFLINE,
    ERROR
}
