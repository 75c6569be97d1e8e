package io.rollcall.kit.streams;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the topologies of a service run.
 *
 * @param commitInterval how long a transaction collects: what is decided is seen after it
 * @param bulkCommitInterval how long it collects what is late, in a topology with a {@link CommitPace}; nothing where
 *     there is none
 * @param bulkLinger how long records are collected where there is a {@code bulkCommitInterval}: the longer, the less does
 *     the broker do for what is late, and the more is left to be sent by the commit of what is fresh
 * @param pollInterval how long a thread waits for input before it looks whether to commit; longer while it is idle
 * @param threads threads that process
 * @param standbys copies of every state on other instances
 * @param cache memory that holds back repeated updates of a key; nothing means that every update goes on
 * @param storeMemory memory for all RocksDB stores together, their write buffers included
 * @param transactionTimeout after which the broker ends what a dead instance has begun
 * @param taskTimeout how long a task may get nowhere, as in an outage, before its thread gives up
 * @param threadRestarts how many threads may die within {@code threadRestartWindow} before the process gives up
 * @param threadRestartWindow see {@code threadRestarts}
 * @param closeTimeout how long an orderly end may take
 * @param settleWithin how long a process that has just started may leave the work to others, where there are any, until
 *     its compilers have caught up; nothing to take part at once
 * @param applicationServer where this instance answers for its part of the state, as {@code host:port}; may be empty
 * @param guarantee what one input leads to
 */
@ConfigurationProperties("rollcall.streams")
public record StreamsSettings(
        @DefaultValue("5ms") Duration commitInterval,
        @DefaultValue("0ms") Duration bulkCommitInterval,
        @DefaultValue("20ms") Duration bulkLinger,
        @DefaultValue("2ms") Duration pollInterval,
        @DefaultValue("1") int threads,
        @DefaultValue("1") int standbys,
        @DefaultValue("0B") DataSize cache,
        @DefaultValue("64MB") DataSize storeMemory,
        @DefaultValue("3500ms") Duration transactionTimeout,
        @DefaultValue("1h") Duration taskTimeout,
        @DefaultValue("5") int threadRestarts,
        @DefaultValue("10m") Duration threadRestartWindow,
        @DefaultValue("10s") Duration closeTimeout,
        @DefaultValue("15s") Duration settleWithin,
        @DefaultValue("") String applicationServer,
        @DefaultValue("exactly-once-v2") Guarantee guarantee) {

    /** What one input leads to. */
    public enum Guarantee {
        /** Its effects once. */
        EXACTLY_ONCE_V2(StreamsConfig.EXACTLY_ONCE_V2),
        /** Its effects once or, after a failure, again; a zombie may go on deciding. Only to measure the difference. */
        AT_LEAST_ONCE(StreamsConfig.AT_LEAST_ONCE);

        private final String kafka;

        Guarantee(String kafka) {
            this.kafka = kafka;
        }
    }

    /** So many records of a changelog are read within a moment: who is no further behind may take a task over. */
    static final long SMALL_LAG = 1_000;

    /** What was processed has been committed a few commits later, those of a slow broker included. */
    private static final Duration ROOM_FOR_COMMITS = Duration.ofMillis(300);

    private static final Duration ROOM_FOR_PAUSES = Duration.ofSeconds(1);
    private static final int FETCH_WAIT_MS = 100;
    private static final int BULK_BATCH_BYTES = 128 * 1024;

    /** Checks what was given. */
    public StreamsSettings {
        positive("commit-interval", commitInterval);
        positive("poll-interval", pollInterval);
        positive("task-timeout", taskTimeout);
        positive("thread-restart-window", threadRestartWindow);
        positive("close-timeout", closeTimeout);
        if (settleWithin.isNegative()) {
            throw new IllegalArgumentException("rollcall.streams.settle-within must not be negative");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("rollcall.streams.threads must be 1 or more");
        }
        if (standbys < 0 || threadRestarts < 0) {
            throw new IllegalArgumentException("rollcall.streams.standbys and thread-restarts must not be negative");
        }
        if (bulkCommitInterval.isNegative() || bulkLinger.isNegative()) {
            throw new IllegalArgumentException(
                    "rollcall.streams.bulk-commit-interval and bulk-linger must not be negative");
        }
        if (transactionTimeout.compareTo(
                        longest(commitInterval, bulkCommitInterval).plus(ROOM_FOR_PAUSES))
                < 0) {
            throw new IllegalArgumentException("rollcall.streams.transaction-timeout must leave a second beyond the"
                    + " commit intervals, or a pause of the collector loses the transaction");
        }
        if (storeMemory.toMegabytes() < 8) {
            throw new IllegalArgumentException("rollcall.streams.store-memory must be 8MB or more");
        }
    }

    /** The properties of Kafka Streams, on top of what every client and every member of a group is told. */
    public Map<String, Object> properties(String applicationId, Path dataDir, KafkaSettings kafka) {
        Map<String, Object> it = new HashMap<>(kafka.common(applicationId));
        it.remove(CommonClientConfigs.CLIENT_ID_CONFIG);
        it.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        it.put(StreamsConfig.STATE_DIR_CONFIG, dataDir.resolve("streams").toString());
        it.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        if (!applicationServer.isBlank()) {
            it.put(StreamsConfig.APPLICATION_SERVER_CONFIG, applicationServer);
        }

        // Input, state and output are one step, and a zombie is fenced.
        it.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee.kafka);
        // A reader sees a decision after the commit; 5 ms is the knee between waiting and committing.
        it.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                longest(commitInterval, bulkCommitInterval).toMillis());
        // A thread commits only between polls: with the usual 100 ms the last decision before a quiet time waits that.
        it.put(StreamsConfig.POLL_MS_CONFIG, pollInterval.toMillis());
        it.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        // Somebody else has the state already when this instance dies.
        it.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        // One that has just started has no state and runs slowly: it copies first, while the others go on, and is given
        // its part a minute later (the shortest that may be said).
        it.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, SMALL_LAG);
        it.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000L);
        it.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cache.toBytes());
        // The streams protocol's shortest stock session is 45 s; and it has no static members in 4.2.
        it.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // A forgotten name is an error at start, not a lost store at the next change.
        it.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // An outage of the brokers is waited out; giving up after five minutes would only restart into it.
        it.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, taskTimeout.toMillis());
        it.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        it.put(BoundedRocksDb.MEMORY, storeMemory.toBytes());

        kafka.membership().forEach((name, value) -> it.put(StreamsConfig.mainConsumerPrefix(name), value));
        // What is newly assigned is first fetched when the fetch of the rest has come back, usually within half a
        // second.
        it.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), FETCH_WAIT_MS);
        it.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), FETCH_WAIT_MS);
        // The new owner waits for the dead one's open transaction: with the usual 10 s a takeover takes 16.
        it.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), millis(transactionTimeout));
        // A send that gives up kills its thread, which does not leave its group; after an outage its partitions would
        // stand
        // still for another minute and a half. It waits as long as a task may.
        it.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), taskTimeout.toMillis());
        it.put(StreamsConfig.producerPrefix(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG), millis(taskTimeout));
        if (bulkCommitInterval.isPositive()) {
            // A commit sends what is there. Until then records are collected: single ones cost the broker most.
            it.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), bulkLinger.toMillis());
            it.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BULK_BATCH_BYTES);
        } else {
            // Streams' own default of 100 ms would be the latency of whatever does not end with a commit.
            it.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        }
        // What came as one webhook of the largest size may go on as one record.
        it.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topic.WEBHOOK_RECORD_BYTES);
        // The previous transaction's markers are written within a few milliseconds: ask again after these, and not each
        // time after twice as long.
        it.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 5);
        it.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG), 50);
        // Behind a batch that has to wait for those markers others would only be refused as out of order.
        it.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        return it;
    }

    /** How long there must have been no input until a thread has nothing left that waits for a commit. */
    Duration idleAfter() {
        return longest(commitInterval, bulkCommitInterval).plus(ROOM_FOR_COMMITS);
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    private static void positive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("rollcall.streams." + name + " must be more than nothing");
        }
    }
}
