package io.rollcall.ingest.spool;

import java.io.IOException;

/** There is no room for this record, by the configured bound. */
public final class SpoolFullException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolFullException(String message) {
        super(message);
    }
}
