package io.rollcall.bench.rebuild;

import io.rollcall.bench.RoomStory;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes a history to livekit-events as webhook-ingest would have, with the times it happened at. */
final class Filler {

    private static final String API_KEY = "devkey";

    private final String bootstrapServers;
    private final SchemaRegistry registry;
    private long written;

    Filler(String bootstrapServers, SchemaRegistry registry) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
    }

    /** Returns when Kafka has all of it. */
    void fill(History history) throws IOException {
        var failure = new AtomicReference<@Nullable Exception>();
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.LINGER_MS_CONFIG,
                20,
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 * 1024,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                64L * 1024 * 1024);
        try (var serde = new AvroSerde<>(Topics.LIVEKIT_EVENTS, registry);
                var producer = new KafkaProducer<>(settings, new StringSerializer(), serde)) {
            history.tell(event -> send(producer, event, failure));
            producer.flush();
        }
        if (failure.get() != null) {
            throw new IOException("cannot fill " + Topics.LIVEKIT_EVENTS.name(), failure.get());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void send(
            KafkaProducer<String, LivekitEvent> producer,
            RoomStory.Event event,
            AtomicReference<@Nullable Exception> failure) {
        producer.send(record(event), (_, problem) -> {
            if (problem != null) {
                failure.set(problem);
            }
        });
    }

    private ProducerRecord<String, LivekitEvent> record(RoomStory.Event event) {
        LivekitEvent value = LivekitEvent.newBuilder()
                .setId(id(event))
                .setOccurredAt(event.createdAt().truncatedTo(ChronoUnit.SECONDS))
                .setReceivedAt(event.createdAt())
                .setSource(EventSource.WEBHOOK)
                .setLivekitEventId(event.id())
                .setEvent(event.name())
                .setRoomName(event.roomName())
                .setRoomSid(event.roomSid())
                .setParticipantSid(event.participantSid())
                .setIdentity(event.identity())
                .setApiKey(API_KEY)
                .setPayload(event.bodyWithoutSecret())
                .build();
        return new ProducerRecord<>(
                Topics.LIVEKIT_EVENTS.name(), null, event.createdAt().toEpochMilli(), event.roomName(), value);
    }

    /** A UUID of version 7, of the time it happened and a running number. */
    private String id(RoomStory.Event event) {
        long number = written++;
        return new UUID((event.createdAt().toEpochMilli() << 16) | 0x7000 | (number & 0xfff), Long.MIN_VALUE | number)
                .toString();
    }
}
