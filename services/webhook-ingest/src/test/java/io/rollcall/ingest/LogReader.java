package io.rollcall.ingest;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what is in Kafka, from the beginning to the end as it is at the time of the question. */
final class LogReader implements AutoCloseable {

    private static final Topic<DeadLetter> DEAD_LETTERS = Topics.deadLetters(Service.WEBHOOK_INGEST);

    private final String bootstrapServers;
    private final SchemaRegistry registry;

    LogReader(String bootstrapServers, SchemaRegistry registry) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
    }

    /** The events of a key, in order. */
    List<ConsumerRecord<String, LivekitEvent>> events(String key) {
        return read(Topics.LIVEKIT_EVENTS).stream()
                .filter(record -> key.equals(record.key()))
                .toList();
    }

    /** All events. */
    List<LivekitEvent> all() {
        return read(Topics.LIVEKIT_EVENTS).stream().map(ConsumerRecord::value).toList();
    }

    /** The dead letters of a request. */
    List<DeadLetter> deadLetters(String correlationId) {
        return read(DEAD_LETTERS).stream()
                .map(ConsumerRecord::value)
                .filter(letter -> letter.getCorrelationId().equals(correlationId))
                .toList();
    }

    private <V extends SpecificRecord> List<ConsumerRecord<String, V>> read(Topic<V> topic) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new AvroSerde<>(topic, registry))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var records = new ArrayList<ConsumerRecord<String, V>>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    @Override
    public void close() {
        // Nothing is held between two questions.
    }
}
