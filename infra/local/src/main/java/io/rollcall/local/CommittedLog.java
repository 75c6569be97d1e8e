package io.rollcall.local;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A topic as any consumer would read it, committed records only, from its beginning to the end that it has now. What is
 * being committed at that moment is waited for: the group's offsets show before the markers of a transaction do.
 */
public final class CommittedLog {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String bootstrapServers;

    /** Of this Kafka. */
    public CommittedLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Gives every record, in the order of each partition.
     *
     * @return how many there were
     * @throws IOException when the end cannot be reached
     */
    public <V> long read(String topic, Deserializer<V> values, Consumer<ConsumerRecord<String, V>> each)
            throws IOException {
        try (var consumer = consumer("read_committed", values);
                var uncommitted = consumer("read_uncommitted", values)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = uncommitted.endOffsets(partitions);
            long count = 0;
            Instant giveUpAt = Instant.now().plus(PATIENCE);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                ConsumerRecords<String, V> records = consumer.poll(Duration.ofMillis(500));
                records.forEach(each);
                count += records.count();
                if (Instant.now().isAfter(giveUpAt)) {
                    throw new IOException(topic + " cannot be read to its end");
                }
            }
            return count;
        }
    }

    private <V> KafkaConsumer<String, V> consumer(String isolation, Deserializer<V> values) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                10_000);
        return new KafkaConsumer<>(settings, new StringDeserializer(), values);
    }
}
