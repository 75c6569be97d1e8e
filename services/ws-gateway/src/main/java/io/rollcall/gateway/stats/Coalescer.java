package io.rollcall.gateway.stats;

import io.rollcall.gateway.connections.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Lets each key through at once, then at most once in an interval; that there was something more is never lost. */
final class Coalescer<K> {

    private final Duration interval;
    private final Timers timers;
    private final Consumer<K> emit;
    /** Keys in their quiet time, and whether something has come since. */
    private final Map<K, Boolean> quiet = new HashMap<>();

    Coalescer(Duration interval, Timers timers, Consumer<K> emit) {
        this.interval = interval;
        this.timers = timers;
        this.emit = emit;
    }

    synchronized void touch(K key) {
        if (quiet.containsKey(key)) {
            quiet.put(key, true);
            return;
        }
        quiet.put(key, false);
        var _ = timers.after(interval, () -> over(key));
        emit.accept(key);
    }

    private synchronized void over(K key) {
        if (Boolean.TRUE.equals(quiet.remove(key))) {
            touch(key);
        }
    }
}
