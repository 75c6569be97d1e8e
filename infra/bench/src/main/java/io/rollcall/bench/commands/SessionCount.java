package io.rollcall.bench.commands;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionEventType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Counts the sessions that the event log knows, each id once. */
final class SessionCount {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String bootstrapServers;
    private final SchemaRegistry registry;

    SessionCount(String bootstrapServers, SchemaRegistry registry) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
    }

    /**
     * How many were made, as of now.
     *
     * @throws IOException when the log cannot be read to its end, or tells of one session twice
     */
    long made() throws IOException {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                10_000);
        String topic = Topics.SESSION_EVENTS.name();
        Set<String> ids = new HashSet<>();
        try (var consumer = new KafkaConsumer<>(
                settings, new StringDeserializer(), new AvroSerde<>(Topics.SESSION_EVENTS, registry))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Instant giveUpAt = Instant.now().plus(PATIENCE);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    SessionEvent event = record.value();
                    if (event.getType() == SessionEventType.SESSION_CREATED && !ids.add(event.getSessionId())) {
                        throw new IOException(event.getSessionId() + " was made twice");
                    }
                }
                if (Instant.now().isAfter(giveUpAt)) {
                    throw new IOException(topic + " cannot be read to its end");
                }
            }
        }
        return ids.size();
    }
}
