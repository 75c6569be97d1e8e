package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class StreamsSettingsTest {

    @Test
    void noSendGivesUpBeforeItsTaskDoes() {
        var settings = new Binder(new MapConfigurationPropertySource(Map.of("rollcall.streams.task-timeout", "7m")))
                .bind("rollcall.streams", StreamsSettings.class)
                .get();

        assertThat(settings.properties("a-service", Path.of("data"), Map.of()))
                .containsEntry("task.timeout.ms", 420_000L)
                .containsEntry("producer.max.block.ms", 420_000L)
                .containsEntry("producer.delivery.timeout.ms", 420_000);
    }
}
