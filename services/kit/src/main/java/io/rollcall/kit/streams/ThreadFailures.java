package io.rollcall.kit.streams;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RetriableException;

/** Whether a stream thread that died is replaced: yes after an outage, while they are not too many; else no. */
final class ThreadFailures {

    enum Decision {
        REPLACE,
        GIVE_UP
    }

    private final InstantSource clock;
    private final int restarts;
    private final Duration window;
    private final Deque<Instant> recent = new ArrayDeque<>();
    private int total;

    ThreadFailures(InstantSource clock, int restarts, Duration window) {
        this.clock = clock;
        this.restarts = restarts;
        this.window = window;
    }

    synchronized Decision decide(Throwable failure) {
        total++;
        Instant now = clock.instant();
        while (!recent.isEmpty() && recent.getFirst().isBefore(now.minus(window))) {
            recent.removeFirst();
        }
        if (!passes(failure) || recent.size() >= restarts) {
            return Decision.GIVE_UP;
        }
        recent.addLast(now);
        return Decision.REPLACE;
    }

    synchronized int total() {
        return total;
    }

    /**
     * What Kafka says may work when tried again, and what its producer cannot name: a broker that comes back ends the
     * transactions that it finds, and answers a commit of one of them with an error that means nothing to the client
     * (KAFKA-20785). The transaction is undone then, and a new thread does it again.
     */
    private static boolean passes(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || cause instanceof InvalidTxnStateException
                    || cause.getClass() == KafkaException.class) {
                return true;
            }
        }
        return false;
    }
}
