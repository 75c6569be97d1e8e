package io.rollcall.kit.streams;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a process that has just started is as quick as it will be. Until then its compilers are busy with all that was
 * run for the first time, and share the processors with what they compile.
 */
final class Settling {

    /** Of one processor, between two looks. */
    private static final double SMALL_SHARE = 0.2;

    private static final double NANOS_PER_MILLI = 1e6;

    private final Duration patience;
    private final LongSupplier compilerMillis;
    private final LongSupplier nanos;
    private @Nullable Look first;
    private @Nullable Look last;

    private record Look(long nanos, long compilerMillis) {}

    /**
     * Begins with the first look.
     *
     * @param patience after which it counts as settled in any case
     * @param compilerMillis how long the compilers have worked
     * @param nanos the time
     */
    Settling(Duration patience, LongSupplier compilerMillis, LongSupplier nanos) {
        this.patience = patience;
        this.compilerMillis = compilerMillis;
        this.nanos = nanos;
    }

    /** Of this process. */
    static Settling ofThisProcess(Duration patience) {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        // Where there are none, or they do not tell, they take nothing.
        LongSupplier millis = compilers == null || !compilers.isCompilationTimeMonitoringSupported()
                ? () -> 0
                : compilers::getTotalCompilationTime;
        return new Settling(patience, millis, System::nanoTime);
    }

    /** Whether little was compiled since the last look, or this has gone on for too long; never at the first. */
    boolean isOver() {
        var now = new Look(nanos.getAsLong(), compilerMillis.getAsLong());
        Look before = last;
        last = now;
        if (first == null) {
            first = now;
        }
        return now.nanos - first.nanos >= patience.toNanos() || (before != null && share(before, now) <= SMALL_SHARE);
    }

    private static double share(Look before, Look now) {
        return (now.compilerMillis - before.compilerMillis) * NANOS_PER_MILLI / Math.max(1, now.nanos - before.nanos);
    }
}
