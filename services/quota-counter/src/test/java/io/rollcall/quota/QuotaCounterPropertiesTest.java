package io.rollcall.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.quota.leases.domain.Terms;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class QuotaCounterPropertiesTest {

    private static QuotaCounterProperties bound(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("rollcall.quota", QuotaCounterProperties.class);
    }

    @Test
    void theDefaultsAreThoseOfTheContract() {
        QuotaCounterProperties defaults = bound(Map.of());
        assertThat(defaults.initialLimits()).isEmpty();
        assertThat(defaults.terms())
                .isEqualTo(
                        new Terms(Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(30), 25_000, null));
        assertThat(defaults.decisionRetention()).isEqualTo(Duration.ofDays(30));
        assertThat(defaults.peerTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(defaults.commands()).isEqualTo(new QuotaCounterProperties.Commands(Duration.ofSeconds(2), 10_000));
    }

    @Test
    void everyPropertyMaps() {
        QuotaCounterProperties bound = bound(Map.of(
                "rollcall.quota.limits", " METRO=30, شرطة=0,a=b=2,",
                "rollcall.quota.limit-total", "40",
                "rollcall.quota.leases.beat", "1s",
                "rollcall.quota.leases.longest", "2s",
                "rollcall.quota.leases.viewer-grace", "3s",
                "rollcall.quota.leases.capacity", "50",
                "rollcall.quota.decision-retention", "4d",
                "rollcall.quota.peer-timeout", "5s",
                "rollcall.quota.commands.timeout", "6s",
                "rollcall.quota.commands.waiting", "7"));
        assertThat(bound.initialLimits()).containsExactlyInAnyOrderEntriesOf(Map.of("METRO", 30, "شرطة", 0, "a=b", 2));
        assertThat(bound.terms())
                .isEqualTo(new Terms(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), 50, 40));
        assertThat(bound.decisionRetention()).isEqualTo(Duration.ofDays(4));
        assertThat(bound.peerTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(bound.commands()).isEqualTo(new QuotaCounterProperties.Commands(Duration.ofSeconds(6), 7));
    }

    @Test
    void anEmptyTotalIsNone() {
        assertThat(bound(Map.of("rollcall.quota.limit-total", "")).limitTotal()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"METRO", "METRO=", "=5", "METRO=x", "METRO=-1", "METRO=1000001", "METRO=1,METRO=2"})
    void limitsThatCannotBeAreRefused(String limits) {
        assertThatThrownBy(() -> bound(Map.of("rollcall.quota.limits", limits)))
                .rootCause()
                .hasMessageContaining("QUOTA_LIMITS");
    }

    @ParameterizedTest
    @CsvSource({
        "leases.beat,0s,QUOTA_LEASE_BEAT",
        "leases.longest,-1s,QUOTA_LEASE_LONGEST",
        "leases.viewer-grace,0s,QUOTA_VIEWER_GRACE",
        "decision-retention,0s,QUOTA_DECISION_RETENTION",
        "peer-timeout,0s,QUOTA_PEER_TIMEOUT",
        "limit-total,-1,QUOTA_LIMIT_TOTAL",
        "commands.timeout,0s,COMMAND_TIMEOUT",
        "commands.waiting,0,COMMAND_WAITING"
    })
    void whatIsOutOfRangeIsRefusedByItsName(String property, String value, String variable) {
        assertThatThrownBy(() -> bound(Map.of("rollcall.quota." + property, value)))
                .rootCause()
                .hasMessageContaining(variable);
    }
}
