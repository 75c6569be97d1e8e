package io.rollcall.bench.live;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the topic behind {@code rooms:*} beside the gateway, and notes when each committed record came: what is earlier is
 * not the gateway's share of a latency. Looks into the records only afterwards.
 */
final class FeedProbe implements AutoCloseable {

    private static final TopicPartition FEED = new TopicPartition(Topics.ROOM_FEED.name(), 0);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final AvroSerde<RoomEvent> serde;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("feed-probe").unstarted(this::read);
    private List<Raw> taken = new ArrayList<>();
    private volatile boolean ended;

    private record Raw(long at, ConsumerRecord<byte[], byte[]> record) {}

    /** A committed record, and when it was seen by {@link System#nanoTime}. */
    record Committed(long at, RoomEvent event) {}

    /** Reads from the end on. */
    FeedProbe(String bootstrapServers, SchemaRegistry registry) {
        serde = new AvroSerde<>(Topics.ROOM_FEED, registry);
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(FEED));
        consumer.seekToEnd(List.of(FEED));
        consumer.position(FEED);
        thread.start();
    }

    /** Takes what came since the last call. */
    List<Committed> take() {
        List<Raw> all;
        synchronized (this) {
            all = taken;
            taken = new ArrayList<>();
        }
        return all.stream()
                .map(raw -> new Committed(
                        raw.at(),
                        Objects.requireNonNull(
                                serde.deserialize(FEED.topic(), raw.record().value()))))
                .toList();
    }

    private void read() {
        try (consumer) {
            while (!ended) {
                var records = consumer.poll(Duration.ofSeconds(1));
                long at = System.nanoTime();
                synchronized (this) {
                    records.forEach(record -> taken.add(new Raw(at, record)));
                }
            }
        } catch (WakeupException e) {
            // close() says so
        }
    }

    @Override
    public void close() {
        ended = true;
        consumer.wakeup();
    }
}
