package io.rollcall.ingest.webhooks.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that bodies may take which do not arrive in one piece. Whoever holds a valid token could otherwise fill
 * the heap with bodies that never end.
 */
final class Intake {

    private final long maxBytes;
    private final AtomicLong taken = new AtomicLong();

    Intake(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
