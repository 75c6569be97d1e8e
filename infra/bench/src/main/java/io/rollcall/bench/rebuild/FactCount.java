package io.rollcall.bench.rebuild;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.BytesDeserializer;

/** Counts the records of a topic that was written in transactions: offsets count their markers too. */
final class FactCount {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String bootstrapServers;

    FactCount(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Reads all that is committed now. */
    long of(String topic) throws IOException {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                10_000);
        try (var consumer = new KafkaConsumer<>(settings, new BytesDeserializer(), new BytesDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Instant giveUpAt = Instant.now().plus(PATIENCE);
            long count = 0;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                count += consumer.poll(Duration.ofMillis(500)).count();
                if (Instant.now().isAfter(giveUpAt)) {
                    throw new IOException(topic + " cannot be read to its end");
                }
            }
            return count;
        }
    }
}
