package io.rollcall.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantiles against those of the sorted values. */
class HistogramTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 129, 255, 256, 257, 1_000_000, 123_456_789_012L, Long.MAX_VALUE})
    void aSingleValueIsEveryQuantileOfItself(long value) {
        var histogram = new Histogram();
        histogram.add(value);

        assertThat(histogram.quantile(0)).isEqualTo(Duration.ofNanos(value));
        assertThat(histogram.quantile(0.5)).isEqualTo(Duration.ofNanos(value));
        assertThat(histogram.max()).isEqualTo(Duration.ofNanos(value));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void quantilesAreTooHighByLessThanOneInAHundred(long seed) {
        long[] values = new SplittableRandom(seed)
                .doubles(10_000, 0, 22)
                .mapToLong(exponent -> (long) Math.exp(exponent))
                .toArray();
        var histogram = new Histogram();
        Arrays.stream(values).forEach(histogram::add);
        Arrays.sort(values);

        for (double share : new double[] {0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = values[(int) Math.ceil(share * values.length) - 1];
            assertThat(histogram.quantile(share).toNanos())
                    .as("seed %s, share %s", seed, share)
                    .isBetween(exact, exact + exact / 100 + 1);
        }
    }

    @Test
    void addingAnotherCountsItsValuesToo() {
        var one = new Histogram();
        one.add(10);
        var other = new Histogram();
        other.add(1_000);
        one.add(other);

        assertThat(one.count()).isEqualTo(2);
        assertThat(one.quantile(0.5)).isEqualTo(Duration.ofNanos(10));
        assertThat(one.max()).isEqualTo(Duration.ofNanos(1_000));
    }

    @Test
    void anEmptyOneIsZero() {
        assertThat(new Histogram().quantile(0.99)).isZero();
    }

    @Test
    void aShareIsNoPercentage() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Histogram().quantile(99));
    }
}
