package io.rollcall.bench.load;

import java.time.Duration;

/**
 * Counts durations in buckets that are at most 1/128 of their value wide, from a nanosecond to centuries. For one
 * thread.
 */
public final class Histogram {

    private static final int PRECISION_BITS = 7;
    private static final int PER_OCTAVE = 1 << PRECISION_BITS;
    private static final int OCTAVES = Long.SIZE - PRECISION_BITS;

    private final long[] counts = new long[OCTAVES * PER_OCTAVE];
    private long count;
    private long max;

    /** Counts one duration; a negative one, which a clock cannot measure, counts as zero. */
    public void add(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        count++;
        max = Math.max(max, value);
    }

    /** Adds everything that another histogram has counted. */
    public void add(Histogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    /** How many durations were counted. */
    public long count() {
        return count;
    }

    /** The longest, exactly; zero when nothing was counted. */
    public Duration max() {
        return Duration.ofNanos(max);
    }

    /**
     * The duration that this share of all stayed within, rounded up to the end of its bucket.
     *
     * @param share from 0 to 1, such as 0.99
     */
    public Duration quantile(double share) {
        if (share < 0 || share > 1) {
            throw new IllegalArgumentException("a share is from 0 to 1, not " + share);
        }
        long wanted = Math.max(1, (long) Math.ceil(share * count));
        long passed = 0;
        for (int i = 0; i < counts.length; i++) {
            passed += counts[i];
            if (passed >= wanted) {
                return Duration.ofNanos(Math.min(max, lastOf(i)));
            }
        }
        return max();
    }

    private static int bucket(long value) {
        if (value < PER_OCTAVE) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - PRECISION_BITS;
        return shift * PER_OCTAVE + (int) (value >>> shift);
    }

    private static long lastOf(int bucket) {
        if (bucket < 2 * PER_OCTAVE) {
            return bucket;
        }
        int shift = bucket / PER_OCTAVE - 1;
        long first = (long) (bucket - shift * PER_OCTAVE) << shift;
        return first + (1L << shift) - 1;
    }
}
