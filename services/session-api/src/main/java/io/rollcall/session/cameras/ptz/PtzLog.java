package io.rollcall.session.cameras.ptz;

import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.PtzEvent;
import io.rollcall.schemas.cameras.PtzEventType;
import io.rollcall.schemas.events.EventSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Writes to {@code ptz-events} what is asked of cameras, and what became of it. */
public final class PtzLog implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Producer<byte[], byte @Nullable []> producer;
    private final AvroSerde<PtzEvent> serde;
    private final Uuid7 ids;
    private final InstantSource clock;

    /** Writes with a producer of its own. */
    public PtzLog(SchemaRegistry registry, KafkaSettings kafka, String clientId, Uuid7 ids, InstantSource clock) {
        this.producer = new KafkaProducer<>(kafka.producer(clientId + "-ptz"));
        this.serde = new AvroSerde<>(Topics.PTZ_EVENTS, registry);
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Writes one record, and waits until it stays.
     *
     * @throws UnavailableException when it does not
     */
    void write(PtzOrder order, Camera camera, String driver, PtzEventType type, String reason, Duration took) {
        PtzEvent event = PtzEvent.newBuilder()
                .setId(ids.next().toString())
                .setType(type)
                .setOccurredAt(clock.instant())
                .setSource(EventSource.COMMAND)
                .setCorrelationId(order.header().getCorrelationId())
                .setCommandId(order.header().getCommandId())
                .setAuthor(order.header().getAuthor())
                .setUserId(order.userId())
                .setCameraId(camera.getCameraId())
                .setAgency(camera.getAgency())
                .setCommand(order.command())
                .setSpeed(order.speed())
                .setPresetId(order.preset())
                .setDriver(driver)
                .setReason(reason)
                .setDurationMs(took.toMillis())
                .build();
        try {
            producer.send(record(event)).get();
        } catch (KafkaException | ExecutionException e) {
            throw new UnavailableException("The request could not be recorded; try again.", RETRY_AFTER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("The service is stopping.", RETRY_AFTER);
        }
    }

    private ProducerRecord<byte[], byte @Nullable []> record(PtzEvent event) {
        String topic = Topics.PTZ_EVENTS.name();
        var record = new ProducerRecord<>(
                topic, event.getCameraId().getBytes(StandardCharsets.UTF_8), serde.serialize(topic, event));
        record.headers().add(LogKeys.COMMAND_ID, event.getCommandId().getBytes(StandardCharsets.UTF_8));
        record.headers().add(LogKeys.CORRELATION_ID, event.getCorrelationId().getBytes(StandardCharsets.UTF_8));
        return record;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
