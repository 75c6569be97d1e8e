package io.rollcall.kit.kafka;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topic;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Writes and reads what the tests need, with the settings that the services have. */
public final class TestKafka {

    private final KafkaSettings settings;
    private final FixedRegistry registry = new FixedRegistry();

    public TestKafka(String bootstrapServers) {
        this.settings = settings(bootstrapServers);
    }

    /** With less patience than the services have: what is away on this machine is noticed sooner. */
    public static KafkaSettings settings(String bootstrapServers) {
        return new KafkaSettings(
                bootstrapServers,
                URI.create("http://nowhere"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(6),
                Map.of(
                        CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, "2000",
                        CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, "1500",
                        CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "200"));
    }

    public KafkaSettings settings() {
        return settings;
    }

    public <V extends SpecificRecord> void send(Topic<V> topic, String key, @Nullable V value) {
        sendBytes(
                topic,
                key.getBytes(StandardCharsets.UTF_8),
                new AvroSerde<>(topic, registry).serialize(topic.name(), value));
    }

    public void sendBytes(Topic<?> topic, byte @Nullable [] key, byte @Nullable [] value) {
        try (var producer = new KafkaProducer<byte[], byte[]>(patient("test"))) {
            producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a record in a transaction of its own, which is committed or not. */
    <V extends SpecificRecord> void sendInTransaction(Topic<V> topic, String key, V value, boolean commit) {
        try (var producer = beginTransaction(topic, key, value)) {
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    /** Sends a record in a transaction that is not over. */
    <V extends SpecificRecord> KafkaProducer<byte[], byte[]> beginTransaction(Topic<V> topic, String key, V value) {
        return beginTransaction(record(topic, key, value));
    }

    /** Begins a transaction in a partition of a topic, with a record that means nothing. */
    public KafkaProducer<byte[], byte[]> beginTransaction(String topic, int partition) {
        return beginTransaction(new ProducerRecord<>(topic, partition, new byte[] {0}, new byte[] {0}));
    }

    private KafkaProducer<byte[], byte[]> beginTransaction(ProducerRecord<byte[], byte[]> record) {
        Map<String, Object> properties = patient("transactional");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, UUID.randomUUID().toString());
        var producer = new KafkaProducer<byte[], byte[]>(properties);
        producer.initTransactions();
        producer.beginTransaction();
        var sent = producer.send(record);
        producer.flush();
        if (sent.state() != Future.State.SUCCESS) {
            throw new IllegalStateException("not sent", sent.exceptionNow());
        }
        return producer;
    }

    private <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(Topic<V> topic, String key, V value) {
        return new ProducerRecord<>(
                topic.name(),
                key.getBytes(StandardCharsets.UTF_8),
                new AvroSerde<>(topic, registry).serialize(topic.name(), value));
    }

    /** Everything committed that a topic holds. */
    public List<ConsumerRecord<byte[], byte[]>> all(Topic<?> topic) {
        try (var consumer = new KafkaConsumer<byte[], byte[]>(settings.reader("test"))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (ends.entrySet().stream().anyMatch(it -> consumer.position(it.getKey()) < it.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    public <V extends SpecificRecord> List<V> values(Topic<V> topic) {
        return all(topic).stream()
                .map(record -> Objects.requireNonNull(value(topic, record)))
                .toList();
    }

    public <V extends SpecificRecord> @Nullable V value(Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
        return new AvroSerde<>(topic, registry).deserialize(topic.name(), record.value());
    }

    private Map<String, Object> patient(String clientId) {
        Map<String, Object> properties = new HashMap<>(settings.producer(clientId));
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 30_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
        return properties;
    }
}
