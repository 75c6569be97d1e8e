package io.rollcall.ingest.webhooks.http;

import java.util.Locale;

/** What became of a request, as the metric tells it. */
public enum Outcome {
    /** In Kafka before it was answered. */
    RECORDED,
    /** On the disk before it was answered. */
    SPOOLED,
    /** Signed, but no event; it went to the dead letters. */
    DEAD_LETTERED,
    /** Forged, unsigned, out of time, or another body than was signed. */
    UNAUTHORIZED,
    /** Longer than the limit. */
    TOO_LARGE,
    /** Neither Kafka nor the spool could take it; LiveKit was asked to send it again. */
    TURNED_AWAY,
    /** Its body did not arrive in time, or the sender went away. */
    ABANDONED;

    /** As a metric's tag. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
