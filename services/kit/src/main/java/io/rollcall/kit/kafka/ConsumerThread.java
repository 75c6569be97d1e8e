package io.rollcall.kit.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * A thread that reads for as long as the service runs, with another consumer when one breaks. Started and ended by Spring
 * when it is a bean.
 */
public abstract class ConsumerThread implements SmartLifecycle {

    private static final Duration RETRY = Duration.ofMillis(500);

    private final String threadName;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable Thread thread;

    /** Reads once it is started, on a thread of this name. */
    protected ConsumerThread(String threadName) {
        this.threadName = threadName;
    }

    /** Another consumer; closed when it is done with. */
    protected abstract Consumer<byte[], byte[]> open();

    /** Reads with a new consumer: until the end, or until it wants another one. */
    protected abstract void follow(Consumer<byte[], byte[]> reading);

    /** Says what broke; soon another consumer follows. */
    protected abstract void broken(RuntimeException cause);

    private void run() {
        while (running()) {
            try (Consumer<byte[], byte[]> reading = open()) {
                consumer = reading;
                try {
                    follow(reading);
                } finally {
                    consumer = null;
                }
            } catch (WakeupException | InterruptException e) {
                // stop() says so
            } catch (RuntimeException e) {
                broken(e);
                pause();
            }
        }
    }

    /** Whether it is to go on. */
    protected final boolean running() {
        return end.getCount() > 0;
    }

    /** Waits before something is tried again; no longer than until the end. */
    protected final void pause() {
        try {
            var _ = end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Rests for so long, no longer than until the end or until it is told to {@link #goOn}. */
    protected final void rest(Duration time) {
        LockSupport.parkNanos(this, time.toNanos());
    }

    /** Ends a {@link #rest}; the next one when there is none just now. */
    protected final void goOn() {
        LockSupport.unpark(thread);
    }

    @Override
    public final synchronized void start() {
        if (thread == null && running()) {
            Thread reading = Thread.ofPlatform().name(threadName).daemon().unstarted(this::run);
            thread = reading;
            reading.start();
        }
    }

    /** All that end together do so at the same time: each waits for the broker to let go of its last fetch. */
    @Override
    public final void stop(Runnable ended) {
        Thread.ofVirtual().name(threadName + "-stop").start(() -> {
            stop();
            ended.run();
        });
    }

    @Override
    public final void stop() {
        end.countDown();
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        goOn();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public final boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }
}
