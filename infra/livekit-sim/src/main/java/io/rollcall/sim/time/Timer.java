package io.rollcall.sim.time;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs things later, one at a time. A failure is logged and stops nothing else. */
public final class Timer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Timer.class);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("livekit-sim-timer").daemon().factory());

    /** Runs it once, after this time. */
    public void after(Duration time, Runnable task) {
        var _ = executor.schedule(() -> run(task), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs it again and again. */
    public void every(Duration time, Runnable task) {
        var _ = executor.scheduleAtFixedRate(() -> run(task), time.toNanos(), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("what was to happen later failed");
        }
    }

    /** Nothing happens any more. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
