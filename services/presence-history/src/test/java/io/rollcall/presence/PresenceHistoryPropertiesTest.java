package io.rollcall.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PresenceHistoryPropertiesTest {

    private static PresenceHistoryProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("rollcall.presence", PresenceHistoryProperties.class);
    }

    @Test
    void theDefaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new PresenceHistoryProperties(Duration.ofDays(30), true, Duration.ofSeconds(3)));
    }

    @Test
    void everyPropertyMaps() {
        assertThat(bind(Map.of(
                        "rollcall.presence.session-retention", "90d",
                        "rollcall.presence.reconcile", "false",
                        "rollcall.presence.peer-timeout", "700ms")))
                .isEqualTo(new PresenceHistoryProperties(Duration.ofDays(90), false, Duration.ofMillis(700)));
    }

    @Test
    void whatHasEndedIsNotForgottenWithinADay() {
        assertThatThrownBy(() -> new PresenceHistoryProperties(Duration.ofHours(47), true, Duration.ofSeconds(1)))
                .hasMessageContaining("PRESENCE_SESSION_RETENTION");
    }
}
