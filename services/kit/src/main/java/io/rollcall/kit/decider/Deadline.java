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

    /** This, or in so long, whichever is later: for what is not to be given up when most of it is done. */
    public Deadline orIn(Duration time) {
        return left().compareTo(time) < 0 ? after(time) : this;
    }

    /** How long there is until then; not positive when it has passed. */
    public Duration left() {
        return Duration.ofNanos(at - System.nanoTime());
    }
}
