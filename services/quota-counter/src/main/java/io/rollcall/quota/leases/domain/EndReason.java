package io.rollcall.quota.leases.domain;

/** Why a lease has ended. */
public enum EndReason {
    RELEASED,
    HEARTBEAT_TIMEOUT,
    EXPIRED,
    VIEWER_LEFT,
    CAMERA_REMOVED,
    ADMIN,
    /** A step that came after the grant failed. */
    UNDONE
}
