package io.rollcall.gateway.connections;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when the test says so. */
public final class ManualTimers implements Timers, InstantSource {

    private record Due(Instant at, Runnable task) {}

    private final List<Due> due = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-24T10:00:00Z");

    /** Nothing is due yet. */
    public ManualTimers() {}

    @Override
    public Timer after(Duration delay, Runnable task) {
        var it = new Due(now.plus(delay), task);
        due.add(it);
        return () -> due.remove(it);
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Lets time pass; what falls due on the way is run. */
    public void pass(Duration time) {
        Instant until = now.plus(time);
        while (true) {
            Due next = due.stream()
                    .filter(it -> !it.at().isAfter(until))
                    .min(Comparator.comparing(Due::at))
                    .orElse(null);
            if (next == null) {
                now = until;
                return;
            }
            due.remove(next);
            now = next.at();
            next.task().run();
        }
    }
}
