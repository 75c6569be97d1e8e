package io.rollcall.kit.kafka;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Whether a client of Kafka has a broker on the line, told by its own metrics and so without asking anybody. */
public final class Connections {

    private static final Set<String> GROUPS = Set.of("consumer-metrics", "producer-metrics");

    private Connections() {}

    /**
     * Whether any consumer or producer among these metrics is connected. The consumer with which Streams restores does
     * not count: it rests most of the time, and does not notice then that its connection has gone.
     */
    public static boolean any(Map<MetricName, ? extends Metric> metrics) {
        return metrics.entrySet().stream()
                .filter(it -> "connection-count".equals(it.getKey().name())
                        && GROUPS.contains(it.getKey().group())
                        && !it.getKey().tags().getOrDefault("client-id", "").endsWith("-restore-consumer"))
                .anyMatch(it -> it.getValue().metricValue() instanceof Double count && count > 0);
    }
}
