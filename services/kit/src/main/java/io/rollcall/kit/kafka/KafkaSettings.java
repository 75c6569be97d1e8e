package io.rollcall.kit.kafka;

import io.rollcall.schemas.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where Kafka and the registry are, and what every client of ours is told.
 *
 * @param bootstrapServers brokers as {@code host:port}, separated by commas
 * @param registryUrl the schema registry's address without a path
 * @param registryTimeout how long one question to the registry may take
 * @param sessionTimeout after which a silent member of a group is dead; brokers have a least that they allow
 * @param client anything else for every client, such as {@code security.protocol}
 */
@ConfigurationProperties("rollcall.kafka")
public record KafkaSettings(
        String bootstrapServers,
        URI registryUrl,
        @DefaultValue("4s") Duration registryTimeout,
        @DefaultValue("6s") Duration sessionTimeout,
        @DefaultValue Map<String, String> client) {

    private static final int BEATS = 20;

    /** Checks what was given. */
    public KafkaSettings {
        if (bootstrapServers.isBlank()) {
            throw new IllegalArgumentException("rollcall.kafka.bootstrap-servers must name a broker");
        }
        if (registryUrl.getHost() == null) {
            throw new IllegalArgumentException("rollcall.kafka.registry-url must be an http address: " + registryUrl);
        }
        if (!registryTimeout.isPositive()) {
            throw new IllegalArgumentException("rollcall.kafka.registry-timeout must be more than nothing");
        }
        if (sessionTimeout.toMillis() < BEATS) {
            throw new IllegalArgumentException("rollcall.kafka.session-timeout must be more than nothing");
        }
        client = Map.copyOf(client);
    }

    /** What a client of any kind is told. */
    public Map<String, Object> common(String clientId) {
        Map<String, Object> it = new HashMap<>();
        it.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        it.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        // Who is late to see that a broker is back, or who leads now, is waited for by everybody who asks (default 1 s
        // each).
        it.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 250);
        it.put(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, 250);
        // Without any broker it keeps what it knows of them. Beginning anew (the default) forgets the topics: after an
        // outage each send blocks until they are known again.
        it.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
        // Metrics are read from the client's own registry: nothing needs the platform's management beans.
        it.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        it.putAll(client);
        return it;
    }

    /** A producer of bytes whose acknowledgement means that the record stays, and comes once and in order. */
    public Map<String, Object> producer(String clientId) {
        Map<String, Object> it = common(clientId);
        it.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        it.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        // Acknowledged means that every in-sync replica has it.
        it.put(ProducerConfig.ACKS_CONFIG, "all");
        // A retry neither doubles a record nor overtakes another.
        it.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        it.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        // Kafka's default of 5 ms halves the rate of whoever waits for the acknowledgement.
        it.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        it.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
        // Without metadata or buffer the caller learns it at once and can do something else.
        it.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 500);
        // A webhook of the largest size fits, as on the topics that take them.
        it.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.WEBHOOK_RECORD_BYTES);
        it.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        it.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8_000);
        it.putAll(client);
        return it;
    }

    /** A reader of bytes without a group, which is told its partitions and sees committed records only. */
    public Map<String, Object> reader(String clientId) {
        Map<String, Object> it = common(clientId);
        it.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        it.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        // What a decider has not committed has not happened.
        it.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        it.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // A position that is gone is not skipped in silence: the reader decides.
        it.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        it.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        it.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        it.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        it.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        it.putAll(client);
        return it;
    }

    /**
     * What a member of a group is told besides. The others hear at their next beat that somebody has left or come: with
     * the usual three or four beats in a session an orderly takeover would wait a second and more for them.
     */
    public Map<String, Object> membership() {
        int session = Math.toIntExact(sessionTimeout.toMillis());
        return Map.of(
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                session,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                session / BEATS);
    }

    /** An administrator that gives up soon enough to say what is wrong. */
    public Map<String, Object> admin(String clientId) {
        Map<String, Object> it = common(clientId);
        it.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
        it.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        it.putAll(client);
        return it;
    }
}
