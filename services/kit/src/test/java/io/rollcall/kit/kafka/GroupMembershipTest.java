package io.rollcall.kit.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class GroupMembershipTest {

    @Test
    void theMostSilentMemberCounts() {
        assertThat(GroupMembership.silence(beats(1.0, 19.0, 3.0))).isEqualTo(Duration.ofSeconds(19));
    }

    @Test
    void whoNeverBeatIsNotSilent() {
        assertThat(GroupMembership.silence(beats(-1.0))).isZero();
        assertThat(GroupMembership.silence(Map.of())).isZero();
    }

    private static Map<MetricName, Metric> beats(Object... ago) {
        Map<MetricName, Metric> metrics = new HashMap<>();
        for (Object value : List.of(ago)) {
            MetricName name = new MetricName(
                    "last-heartbeat-seconds-ago",
                    "consumer-coordinator-metrics",
                    "",
                    Map.of("client-id", "consumer-" + metrics.size()));
            metrics.put(name, new Reading(name, value));
        }
        return metrics;
    }

    private record Reading(MetricName metricName, Object metricValue) implements Metric {}
}
