package io.rollcall.session.sessions.domain;

/** Why a session ended. */
public enum RemovalReason {
    /** Nobody came. */
    STALE,
    /** Everybody left, and nobody came back. */
    ROOM_EMPTY,
    /** Its user asked for it. */
    USER
}
