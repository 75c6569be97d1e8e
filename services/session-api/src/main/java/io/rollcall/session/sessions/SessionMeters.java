package io.rollcall.session.sessions;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionStatus;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts sessions from their topic: every instance counts all of them, so that one instance tells the whole, and
 * summing over instances would be wrong. What happened before the start is not counted.
 */
public final class SessionMeters {

    private final MeterRegistry meters;
    private final View<Session> sessions;
    private final AtomicInteger active = new AtomicInteger();

    /** Listens to the view, which has not been started. */
    public SessionMeters(View<Session> sessions, MeterRegistry meters) {
        this.sessions = sessions;
        this.meters = meters;
        Gauge.builder("realtime.active.sessions", active, AtomicInteger::get)
                .description("Sessions that have not ended")
                .register(meters);
        sessions.onChange(this::changed);
    }

    private void changed(View.Change<Session> change) {
        String before = status(change.before());
        String after = status(change.after());
        active.addAndGet((isActive(change.after()) ? 1 : 0) - (isActive(change.before()) ? 1 : 0));
        if (before.equals(after) || !sessions.caughtUp().isDone()) {
            return;
        }
        Session session = change.after();
        if (session == null) {
            return;
        }
        switch (session.getStatus()) {
            case CREATED -> meters.counter("realtime.sessions.created").increment();
            case REMOVED ->
                meters.counter("realtime.sessions.deleted", "reason", session.getRemovedReason())
                        .increment();
            case CONNECTED, UNKNOWN -> {}
        }
        Counter.builder("realtime.session.state.transitions")
                .description("Changes of a session's status")
                .tag("from_state", before)
                .tag("to_state", after)
                .register(meters)
                .increment();
    }

    private static boolean isActive(@Nullable Session session) {
        return session != null && session.getStatus() != SessionStatus.REMOVED;
    }

    private static String status(@Nullable Session session) {
        return session == null ? "none" : session.getStatus().name().toLowerCase(Locale.ROOT);
    }
}
