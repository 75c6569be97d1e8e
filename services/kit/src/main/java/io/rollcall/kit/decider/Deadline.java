package io.rollcall.kit.decider;

import java.time.Duration;

/**
 * When waiting for all that one request needs ends. Whoever asks hears of it as early as if it had been one command, and
 * asks again.
 *
 * @param at by the clock of {@link System#nanoTime}
 */
public record Deadline(long at) {

    static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    /** How long there is until then; not positive when it has passed. */
    public Duration left() {
        return Duration.ofNanos(at - System.nanoTime());
    }
}
