package io.rollcall.ingest.recording.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.ingest.recording.Delivery;
import io.rollcall.ingest.recording.Lane;
import io.rollcall.ingest.webhooks.domain.Scan;
import io.rollcall.ingest.webhooks.wire.DeliveryMapper;
import io.rollcall.kit.kafka.Connections;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One idempotent producer. It never gives a record up for time: a later record of the room would overtake it. Who sends
 * decides how long to wait, and closes the lane to end it.
 */
public final class KafkaLane implements Lane {

    private static final Topic<LivekitEvent> EVENTS = Topics.LIVEKIT_EVENTS;
    private static final Topic<DeadLetter> DEAD_LETTERS = Topics.deadLetters(Service.WEBHOOK_INGEST);

    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroSerde<LivekitEvent> events;
    private final AvroSerde<DeadLetter> deadLetters;

    private KafkaLane(Map<String, Object> settings, SchemaRegistry registry) {
        this.events = new AvroSerde<>(EVENTS, registry);
        this.deadLetters = new AvroSerde<>(DEAD_LETTERS, registry);
        events.warm();
        deadLetters.warm();
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Opens lanes over producers with these settings; what order and durability need is set here and cannot be
     * overridden.
     */
    public static Lane.Opener opener(Map<String, ?> settings, SchemaRegistry registry) {
        var all = new HashMap<String, Object>(settings);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // With more, a broker that has just come back may refuse a new producer's first batch and take the second: it
        // knows no sequence of that producer yet, and the order of a room is lost. Waiting batches grow instead.
        all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        all.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        // What follows is for speed, and so that an outage is noticed and its end too.
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 8 << 20);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 200);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 50);
        all.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 50);
        // A night without webhooks must not make the first one of the day wait for metadata.
        all.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(7).toMillis());
        Map<String, Object> fixed = Map.copyOf(all);
        return () -> {
            var lane = new KafkaLane(fixed, registry);
            try {
                lane.producer.partitionsFor(EVENTS.name());
                lane.producer.partitionsFor(DEAD_LETTERS.name());
            } catch (RuntimeException e) {
                lane.close();
                throw e;
            }
            return lane;
        };
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback tells everything
    public void send(Delivery delivery, Outcome outcome) {
        producer.send(record(delivery), (metadata, failure) -> {
            if (failure == null) {
                outcome.recorded();
            } else if (concernsTheRecord(failure)) {
                outcome.refused(failure.getClass().getSimpleName());
            } else {
                outcome.broken(failure);
            }
        });
    }

    private ProducerRecord<byte[], byte[]> record(Delivery delivery) {
        return switch (delivery.scan()) {
            case Scan.Event(var webhook) ->
                record(
                        delivery,
                        EVENTS.name(),
                        webhook.key(),
                        events.serialize(EVENTS.name(), DeliveryMapper.event(delivery, webhook)));
            case Scan.Unreadable unreadable ->
                record(
                        delivery,
                        DEAD_LETTERS.name(),
                        "",
                        deadLetters.serialize(DEAD_LETTERS.name(), DeliveryMapper.deadLetter(delivery, unreadable)));
        };
    }

    private static ProducerRecord<byte[], byte[]> record(
            Delivery delivery, String topic, String key, byte @Nullable [] value) {
        return new ProducerRecord<>(
                topic,
                null,
                delivery.receivedAtMillis(),
                key.isEmpty() ? null : key.getBytes(UTF_8),
                value,
                headers(delivery));
    }

    private static List<Header> headers(Delivery delivery) {
        var correlationId =
                new RecordHeader("correlation-id", delivery.correlationId().getBytes(UTF_8));
        String traceparent = delivery.traceparent();
        return traceparent == null
                ? List.of(correlationId)
                : List.of(correlationId, new RecordHeader("traceparent", traceparent.getBytes(UTF_8)));
    }

    private static boolean concernsTheRecord(Exception failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidRecordException;
    }

    /** The producer notices by itself: it keeps a connection and reads from it. */
    @Override
    public boolean connected() {
        return Connections.any(producer.metrics());
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
