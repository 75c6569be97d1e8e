package io.rollcall.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.bench.load.Histogram;
import io.rollcall.bench.load.LoadResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementTest {

    @Test
    void figuresArePerAcknowledgedRequest() {
        var latencies = new Histogram();
        latencies.add(2_000_000);
        latencies.add(4_000_000);
        var result = new LoadResult(3, 2, Map.of("status 503", 1L), 0, 0, Duration.ofSeconds(4), latencies);

        Measurement measured = Measurement.of(result, Duration.ofMillis(1), Duration.ofNanos(500_000));

        assertThat(measured.perSecond()).isEqualTo(0.5);
        assertThat(measured.receiverMicros()).isEqualTo(500);
        assertThat(measured.brokerMicros()).isEqualTo(250);
        assertThat(measured.maxMillis()).isEqualTo(4);
        assertThat(measured.errors()).containsEntry("status 503", 1L);
    }

    @Test
    void nothingAcknowledgedHasNoCost() {
        var result = new LoadResult(1, 0, Map.of("status 503", 1L), 0, 0, Duration.ZERO, new Histogram());

        assertThat(Measurement.of(result, Duration.ofMillis(1), Duration.ZERO).receiverMicros())
                .isNaN();
    }

    @Test
    void aMedianIsTakenOfEachFigureByItself() {
        Measurement median = Measurement.median(List.of(round(10, 3), round(30, 1), round(20, 2)));

        assertThat(median.perSecond()).isEqualTo(20);
        assertThat(median.p99Millis()).isEqualTo(2);
        assertThat(median.maxMillis()).isEqualTo(6);
        assertThat(median.acknowledged()).isEqualTo(3);
        assertThat(median.errors()).isEqualTo(Map.of("status 503", 3L));
    }

    @Test
    void anEvenNumberOfRoundsMeetsInTheMiddle() {
        assertThat(Measurement.median(List.of(round(10, 1), round(20, 2))).perSecond())
                .isEqualTo(15);
    }

    private static Measurement round(double perSecond, double p99) {
        return new Measurement(perSecond, 1, p99, p99 * 2, 5, 5, 1, Map.of("status 503", 1L));
    }
}
