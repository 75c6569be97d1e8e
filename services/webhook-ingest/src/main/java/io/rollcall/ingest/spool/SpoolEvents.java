package io.rollcall.ingest.spool;

/** What a spool tells its owner. */
public interface SpoolEvents {

    /**
     * Bytes that are no record were set aside: a write that a crash cut short when {@code atEnd}, else damage.
     *
     * @param file name of the copy
     */
    void setAside(String file, long bytes, boolean atEnd);
}
