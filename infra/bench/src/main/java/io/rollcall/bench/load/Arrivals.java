package io.rollcall.bench.load;

import java.util.SplittableRandom;

/**
 * When the requests of an open loop are due: at random, as many senders that know nothing of each other make them, with
 * a fixed mean rate (a Poisson process). The same seed gives the same times.
 */
public final class Arrivals {

    private final double meanGapNanos;
    private final SplittableRandom random;
    private double next;

    /** Arrivals at this mean rate. */
    public Arrivals(double perSecond, long seed) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("a rate is more than 0, not " + perSecond);
        }
        this.meanGapNanos = 1e9 / perSecond;
        this.random = new SplittableRandom(seed);
    }

    /** The mean time between two of them, in nanoseconds. */
    double meanGapNanos() {
        return meanGapNanos;
    }

    /** When the next one is due, in nanoseconds from the beginning; never before the one before it. */
    public long next() {
        next -= Math.log(1 - random.nextDouble()) * meanGapNanos;
        return (long) next;
    }
}
