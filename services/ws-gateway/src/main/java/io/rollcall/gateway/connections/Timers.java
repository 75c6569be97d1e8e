package io.rollcall.gateway.connections;

import java.time.Duration;

/** Runs short tasks later. */
public interface Timers {

    /** Runs a task once, after a while, unless it is cancelled. */
    Timer after(Duration delay, Runnable task);

    /** A task that has not run yet. */
    interface Timer {
        void cancel();
    }
}
