package io.rollcall.kit.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Whether the members of a group are heard by it, told by their own metrics and so without asking anybody. */
public final class GroupMembership {

    private GroupMembership() {}

    /**
     * For how long the most silent consumer among these metrics has sent its group no heartbeat; nothing where none ever
     * did. A consumer that its coordinator does not know any more, or that finds no coordinator, sends none.
     */
    public static Duration silence(Map<MetricName, ? extends Metric> metrics) {
        double seconds = metrics.entrySet().stream()
                .filter(it -> "last-heartbeat-seconds-ago".equals(it.getKey().name()))
                .mapToDouble(it -> it.getValue().metricValue() instanceof Number ago ? ago.doubleValue() : 0)
                .max()
                .orElse(0);
        return Duration.ofSeconds((long) Math.max(0, seconds));
    }
}
