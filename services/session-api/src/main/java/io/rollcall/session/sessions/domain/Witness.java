package io.rollcall.session.sessions.domain;

/** Who has seen a room. */
public enum Witness {
    /** LiveKit told us. */
    WEBHOOK,
    /** We asked LiveKit. */
    POLL,
    /** It follows from a timer of ours. */
    TIMER
}
