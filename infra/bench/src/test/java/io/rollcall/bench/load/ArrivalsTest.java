package io.rollcall.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalsTest {

    private static final int MANY = 100_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theMeanRateIsTheOneAskedFor(long seed) {
        long[] due = due(2_000, seed);

        assertThat(MANY * 1e9 / due[MANY - 1]).as("seed %s", seed).isCloseTo(2_000, Percentage.withPercentage(2));
        assertThat(due).isSorted();
    }

    @Test
    void gapsVaryAsThoseOfIndependentSendersDo() {
        long[] due = due(1_000, 4);
        long short_ = LongStream.range(1, MANY)
                .filter(i -> due[(int) i] - due[(int) i - 1] < 1_000_000)
                .count();

        // 1 - 1/e of the gaps of a Poisson process are shorter than their mean.
        assertThat((double) short_ / MANY).isCloseTo(0.632, Percentage.withPercentage(2));
    }

    @Test
    void theSameSeedGivesTheSameTimes() {
        assertThat(due(500, 9)).isEqualTo(due(500, 9));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void aRateIsMoreThanZero(double rate) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Arrivals(rate, 1));
    }

    private static long[] due(double perSecond, long seed) {
        var arrivals = new Arrivals(perSecond, seed);
        return LongStream.generate(arrivals::next).limit(MANY).toArray();
    }
}
