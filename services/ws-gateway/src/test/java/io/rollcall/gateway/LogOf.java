package io.rollcall.gateway;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic from its beginning, as a test reads it. */
final class LogOf<V extends SpecificRecord> implements AutoCloseable {

    private final Topic<V> topic;
    private final AvroSerde<V> serde;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<V> read = new ArrayList<>();

    LogOf(String bootstrapServers, SchemaRegistry registry, Topic<V> topic) {
        this.topic = topic;
        this.serde = new AvroSerde<>(topic, registry);
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                .mapToObj(it -> new TopicPartition(topic.name(), it))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** All that has come so far. */
    List<V> read() {
        consumer.poll(Duration.ofMillis(100)).forEach(it -> read.add(serde.deserialize(topic.name(), it.value())));
        return List.copyOf(read);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
