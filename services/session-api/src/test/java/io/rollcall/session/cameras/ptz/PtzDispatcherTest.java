package io.rollcall.session.cameras.ptz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.commands.CommandHeader;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class PtzDispatcherTest {

    /** Remembers what it was told. */
    private static final class Remembering implements PtzDriver {

        private final List<Motion> driven = new CopyOnWriteArrayList<>();

        @Override
        public String name() {
            return "remembering";
        }

        @Override
        public void check(Camera camera) {
            // There is a way to every camera.
        }

        @Override
        public void drive(Camera camera, Motion motion, double speed, Duration patience) {
            driven.add(motion);
        }
    }

    @Test
    void nothingMovesThatCannotBeWrittenDown() {
        var kafka = new KafkaSettings(
                "127.0.0.1:1",
                URI.create("http://127.0.0.1:1"),
                Duration.ofSeconds(2),
                Duration.ofSeconds(6),
                Map.of());
        InstantSource clock = InstantSource.system();
        var driver = new Remembering();
        var header = CommandHeader.newBuilder()
                .setCommandId("c1")
                .setIssuedAt(Instant.parse("2026-11-25T12:00:00Z"))
                .build();
        var order = new PtzOrder(header, "u", "home", 0.5, null, new Motion.Home());
        Camera camera =
                Camera.newBuilder().setCameraId("cam-1").setPtzEnabled(true).build();
        try (var log = new PtzLog(new FixedRegistry(), kafka, "test", new Uuid7(clock, new Random(1)), clock);
                var dispatcher = new PtzDispatcher(driver, log, Duration.ofSeconds(1), new SimpleMeterRegistry())) {
            assertThatThrownBy(() -> dispatcher.carryOut(order, camera)).isInstanceOf(UnavailableException.class);
        }
        assertThat(driver.driven).isEmpty();
    }
}
