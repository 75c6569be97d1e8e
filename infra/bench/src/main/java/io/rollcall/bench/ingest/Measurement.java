package io.rollcall.bench.ingest;

import io.rollcall.bench.load.LoadResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What one round of load showed about a receiver.
 *
 * @param perSecond acknowledged requests per second
 * @param receiverMicros CPU time of the receiver per acknowledged request, in microseconds
 * @param brokerMicros CPU time of the broker per acknowledged request, in microseconds
 * @param errors how many requests were not acknowledged, by what came instead
 */
record Measurement(
        double perSecond,
        double p50Millis,
        double p99Millis,
        double maxMillis,
        double receiverMicros,
        double brokerMicros,
        long acknowledged,
        Map<String, Long> errors) {

    /** One round, with the CPU time that went by in both processes while it ran. */
    static Measurement of(LoadResult result, Duration receiverCpu, Duration brokerCpu) {
        return new Measurement(
                result.perSecond(),
                millis(result.latencies().quantile(0.5)),
                millis(result.latencies().quantile(0.99)),
                millis(result.latencies().max()),
                microsEach(receiverCpu, result.acknowledged()),
                microsEach(brokerCpu, result.acknowledged()),
                result.acknowledged(),
                result.errors());
    }

    /** The median of each figure over several rounds; the worst of the longest waits, and all errors together. */
    static Measurement median(List<Measurement> rounds) {
        var errors = new TreeMap<String, Long>();
        rounds.forEach(round -> round.errors().forEach((error, count) -> errors.merge(error, count, Long::sum)));
        return new Measurement(
                median(rounds, Measurement::perSecond),
                median(rounds, Measurement::p50Millis),
                median(rounds, Measurement::p99Millis),
                rounds.stream().mapToDouble(Measurement::maxMillis).max().orElseThrow(),
                median(rounds, Measurement::receiverMicros),
                median(rounds, Measurement::brokerMicros),
                rounds.stream().mapToLong(Measurement::acknowledged).sum(),
                errors);
    }

    private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static double microsEach(Duration cpu, long count) {
        return count == 0 ? Double.NaN : cpu.toNanos() / 1e3 / count;
    }
}
