package io.rollcall.kit.streams;

import java.time.Duration;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.jspecify.annotations.Nullable;

/**
 * Commits soon what is fresh, and leaves what is late to {@link StreamsSettings#bulkCommitInterval()}. A transaction
 * costs the same with one record in it or with thousands, so that a topology which has to catch up is several times
 * faster with large ones; and whoever waits for a record of last week does not mind a moment more. A task's processor
 * has one and tells it of every record.
 *
 * <p>Asking for a commit with every record would let a thread do nothing else; so the tasks of a thread, which are all
 * committed together, ask once in an interval, which begins when the last commit has ended: the slower commits are, the
 * more goes into each. They ask from a tick, because what is punctuated is committed next, with no record in between. The
 * tick is scheduled when it is needed: one that always ran would make Kafka Streams commit when nothing has happened.
 */
public final class CommitPace {

    /** Older records have waited anyway. Also how far a writer's clock may lag behind ours without being felt. */
    private static final long LATE_MS = 1_000;

    private static final Duration TICK = Duration.ofMillis(1);

    private static final ThreadLocal<Beat> BEATS = ThreadLocal.withInitial(Beat::new);

    private final ProcessingContext context;
    private final long intervalMs;
    private final Beat beat;
    private @Nullable Cancellable tick;
    private boolean waiting;

    /** What the tasks of one thread share. */
    private static final class Beat {
        private @Nullable CommitPace askedBy;
        private long committedAt;
    }

    /**
     * To be made when a task's processor is initialised, on the thread of the task.
     *
     * @param interval between two commits of what is fresh
     */
    public CommitPace(ProcessingContext context, Duration interval) {
        this.context = context;
        this.intervalMs = interval.toMillis();
        this.beat = BEATS.get();
    }

    /** A step that paces whatever goes through it; the first one of a sub-topology. */
    public static <K, V> FixedKeyProcessorSupplier<K, V, V> step(Duration interval) {
        return () -> new Step<>(interval);
    }

    private static final class Step<K, V> extends ContextualFixedKeyProcessor<K, V, V> {

        private final Duration interval;
        private CommitPace pace;

        @SuppressWarnings("NullAway.Init")
        Step(Duration interval) {
            this.interval = interval;
        }

        @Override
        public void init(FixedKeyProcessorContext<K, V> context) {
            super.init(context);
            pace = new CommitPace(context, interval);
        }

        @Override
        public void process(FixedKeyRecord<K, V> record) {
            pace.processing(record.timestamp());
            context().forward(record);
        }
    }

    /** A record with this timestamp is being processed. */
    public void processing(long timestamp) {
        long now = context.currentSystemTimeMs();
        if (beat.askedBy != null) {
            committed(now);
        }
        if (!waiting && now - timestamp <= LATE_MS) {
            waiting = true;
            if (tick == null) {
                tick = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
            }
        }
    }

    private void tick(long now) {
        if (beat.askedBy == this) {
            committed(now);
        } else if (beat.askedBy != null) {
            // Whoever asked has asked for all that was processed.
            waiting = false;
        }
        if (waiting && isDue(now)) {
            waiting = false;
            beat.askedBy = this;
            context.commit();
        } else if (!waiting && tick != null) {
            tick.cancel();
            tick = null;
        }
    }

    private boolean isDue(long now) {
        // A clock that was set back must not silence us.
        return now < beat.committedAt || now - beat.committedAt >= intervalMs;
    }

    /** The thread has come round after the commit. */
    private void committed(long now) {
        beat.askedBy = null;
        beat.committedAt = now;
    }
}
