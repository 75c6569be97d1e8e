package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class StreamsSettingsTest {

    private static Map<String, Object> properties(Map<String, String> told) {
        var all = new HashMap<>(told);
        all.putIfAbsent("rollcall.kafka.bootstrap-servers", "127.0.0.1:1");
        all.putIfAbsent("rollcall.kafka.registry-url", "http://127.0.0.1:1");
        var binder = new Binder(new MapConfigurationPropertySource(all));
        return binder.bindOrCreate("rollcall.streams", StreamsSettings.class)
                .properties(
                        "a-service",
                        Path.of("data"),
                        binder.bind("rollcall.kafka", KafkaSettings.class).get());
    }

    @Test
    void noSendGivesUpBeforeItsTaskDoes() {
        assertThat(properties(Map.of("rollcall.streams.task-timeout", "7m")))
                .containsEntry("task.timeout.ms", 420_000L)
                .containsEntry("producer.max.block.ms", 420_000L)
                .containsEntry("producer.delivery.timeout.ms", 420_000);
    }

    /** Several at a time are refused as out of order where the first has to wait for the markers before it. */
    @Test
    void oneRequestOfATransactionIsOnItsWay() {
        assertThat(properties(Map.of()))
                .containsEntry("producer.max.in.flight.requests.per.connection", 1)
                .containsEntry("producer.retry.backoff.max.ms", 50);
    }

    /** What a dead instance has begun has ended when its session of 4 s has, and a broker that is back in 3 s finds it open. */
    @Test
    void aTransactionOutlivesARestartOfTheBrokerAndNotASession() {
        assertThat(properties(Map.of())).containsEntry("producer.transaction.timeout.ms", 3_500);
    }

    @Test
    void whoIsBackIsFoundSoon() {
        assertThat(properties(Map.of()))
                .containsEntry("reconnect.backoff.max.ms", 250)
                .containsEntry("retry.backoff.max.ms", 250);
    }

    @Test
    void aMemberIsDeadAfterWhatAStockBrokerTakes() {
        assertThat(properties(Map.of()))
                .containsEntry("main.consumer.session.timeout.ms", 6_000)
                .containsEntry("main.consumer.heartbeat.interval.ms", 300);
    }

    @Test
    void itsBeatsFollowTheSession() {
        assertThat(properties(Map.of("rollcall.kafka.session-timeout", "4s")))
                .containsEntry("main.consumer.session.timeout.ms", 4_000)
                .containsEntry("main.consumer.heartbeat.interval.ms", 200);
    }

    @Test
    void aSessionHasALength() {
        assertThatThrownBy(() -> properties(Map.of("rollcall.kafka.session-timeout", "0s")))
                .hasRootCauseMessage("rollcall.kafka.session-timeout must be more than nothing");
    }

    @Test
    void whatIsCommittedInBulkIsSentInBulk() {
        assertThat(properties(Map.of("rollcall.streams.bulk-commit-interval", "100ms")))
                .containsEntry("producer.linger.ms", 20L)
                .containsEntry("commit.interval.ms", 100L);
        assertThat(properties(Map.of(
                        "rollcall.streams.bulk-commit-interval", "100ms", "rollcall.streams.bulk-linger", "50ms")))
                .containsEntry("producer.linger.ms", 50L);
        assertThatThrownBy(() -> properties(Map.of("rollcall.streams.bulk-linger", "-1ms")))
                .hasRootCauseMessage("rollcall.streams.bulk-commit-interval and bulk-linger must not be negative");
    }

    @Test
    void nobodySettlesForLessThanNoTime() {
        assertThatThrownBy(() -> properties(Map.of("rollcall.streams.settle-within", "-1s")))
                .hasRootCauseMessage("rollcall.streams.settle-within must not be negative");
    }
}
