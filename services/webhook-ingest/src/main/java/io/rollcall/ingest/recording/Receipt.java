package io.rollcall.ingest.recording;

/** Whoever waits for a delivery to be recorded. One of these is called, once, on any thread; must not block. */
public interface Receipt {

    /** Where it is safe. */
    enum Place {
        KAFKA,
        SPOOL
    }

    /** It will not be lost. */
    void recorded(Place place);

    /** It could not be kept: the sender must send it again. */
    void turnedAway();
}
