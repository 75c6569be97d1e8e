package io.rollcall.session.reservations.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.streams.DeadLetterHandlers;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kittest.ApprovedTopology;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.cameras.CameraEventType;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemovedCamerasTopologyTest {

    private final FixedRegistry registry = new FixedRegistry();
    private final DeadLetters letters = new DeadLetters(Service.SESSION_API, registry, InstantSource.system());

    @TempDir
    private Path stateDir;

    private Topology topology() {
        var builder = new StreamsBuilder();
        new RemovedCamerasTopology(new StreamTopics(registry, letters), Duration.ofMillis(5)).addTo(builder);
        return builder.build();
    }

    private List<KeyValue<String, QuotaCommand>> toldAbout(CameraEvent... events) {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "session-api");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.putAll(DeadLetterHandlers.properties(letters));
        try (var driver = new TopologyTestDriver(topology(), properties)) {
            var input = driver.createInputTopic(
                    Topics.CAMERA_EVENTS.name(),
                    new StringSerializer(),
                    new AvroSerde<>(Topics.CAMERA_EVENTS, registry));
            var output = driver.createOutputTopic(
                    Topics.QUOTA_COMMANDS.name(),
                    new StringDeserializer(),
                    new AvroSerde<>(Topics.QUOTA_COMMANDS, registry));
            for (CameraEvent event : events) {
                input.pipeInput(event.getCameraId(), event);
            }
            var deadLetters = Topics.deadLetters(Service.SESSION_API);
            assertThat(driver.createOutputTopic(
                                    deadLetters.name(),
                                    new StringDeserializer(),
                                    new AvroSerde<>(deadLetters, registry))
                            .isEmpty())
                    .isTrue();
            return output.readKeyValuesToList();
        }
    }

    private static CameraEvent event(CameraEventType type, String agencyLeft) {
        return CameraEvent.newBuilder()
                .setId("event-1")
                .setType(type)
                .setOccurredAt(Instant.parse("2026-11-25T12:00:00Z"))
                .setCorrelationId("request-1")
                .setCameraId("gate 1/بوابة")
                .setAgencyLeft(agencyLeft)
                .build();
    }

    @Test
    void aCameraThatLeavesAnAgencyEndsItsReservationsThere() {
        var told = toldAbout(event(CameraEventType.CAMERA_REMOVED, "METRO"));

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().key).isEqualTo("METRO");
        QuotaCommand command = told.getFirst().value;
        assertThat(command.getType()).isEqualTo(QuotaCommandType.END_CAMERA);
        assertThat(command.getAgency()).isEqualTo("METRO");
        assertThat(Objects.requireNonNull(command.getEndCamera()).getCameraId()).isEqualTo("gate 1/بوابة");
        assertThat(Objects.requireNonNull(command.getHeader()).getCommandId()).isEqualTo("camera-event-event-1");
        assertThat(command.getHeader().getCorrelationId()).isEqualTo("request-1");
    }

    @Test
    void aCameraThatStaysEndsNothing() {
        assertThat(toldAbout(
                        event(CameraEventType.CAMERA_ADDED, ""),
                        event(CameraEventType.STATUS_CHANGED, ""),
                        event(CameraEventType.ANSWERED, "")))
                .isEmpty();
    }

    @Test
    void theTopologyIsTheApprovedOne() throws IOException {
        ApprovedTopology.check(topology().describe().toString(), "removed-cameras-topology.txt");
    }
}
