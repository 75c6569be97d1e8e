package io.rollcall.bench.load;

import java.time.Duration;
import java.util.Map;

/**
 * What a run of load met.
 *
 * @param sent how many requests were sent
 * @param acknowledged how many were answered with success
 * @param errors how many were not, by what came instead
 * @param reconnects how often a connection had to be made anew
 * @param startedAt when the run began, by {@link System#nanoTime}; what {@link Arrivals} say counts from there
 * @param elapsed from the first request to the last answer
 * @param latencies of the acknowledged ones
 */
public record LoadResult(
        long sent,
        long acknowledged,
        Map<String, Long> errors,
        int reconnects,
        long startedAt,
        Duration elapsed,
        Histogram latencies) {

    /** Acknowledged requests per second. */
    public double perSecond() {
        return elapsed.isZero() ? 0 : acknowledged * 1e9 / elapsed.toNanos();
    }
}
