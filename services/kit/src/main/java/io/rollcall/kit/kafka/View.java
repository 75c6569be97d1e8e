package io.rollcall.kit.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic held in memory: the last committed value of every key. Reads all partitions without a group, from
 * their beginning; goes on with what it has while Kafka is away, and where it was when Kafka is back.
 */
public final class View<V extends SpecificRecord> extends TopicReader implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(View.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Topic<V> topic;
    private final AvroSerde<V> serde;
    private final ConcurrentMap<String, Entry<V>> entries = new ConcurrentHashMap<>();
    private final List<Listener<V>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final ConcurrentMap<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final List<Waiting> waiting = new CopyOnWriteArrayList<>();
    private volatile List<TopicPartition> assigned = List.of();
    private boolean gathering;
    private int round;

    private record Entry<V>(V value, int round) {}

    private record Waiting(Map<TopicPartition, Long> ends, CompletableFuture<Void> reached) {}

    /**
     * A new value of a key, or its end.
     *
     * @param key whose it is
     * @param before what it was; null when there was none
     * @param after what it is; null when it is gone
     * @param partition where the record is
     * @param offset where in it
     * @param timestamp the record's time in milliseconds
     */
    public record Change<V>(
            String key, @Nullable V before, @Nullable V after, int partition, long offset, long timestamp) {}

    /** Is told of every change, in order per key, on the view's own thread; does not wait there. */
    @FunctionalInterface
    public interface Listener<V> {

        /** Something has changed; the view already holds it. */
        void changed(Change<V> change);
    }

    /** Reads the topic with the given settings once it is started. */
    public View(Topic<V> topic, SchemaRegistry registry, KafkaSettings settings, String clientId) {
        super(topic.name() + "-view", settings.reader(clientId + "-" + topic.name() + "-view"), (record, cause) -> {});
        this.topic = topic;
        this.serde = new AvroSerde<>(topic, registry);
    }

    /** The value of a key, where it has one. */
    public Optional<V> get(String key) {
        return Optional.ofNullable(value(entries.get(key)));
    }

    /** All keys and values as of now: a copy. */
    public Map<String, V> all() {
        Map<String, V> copy = HashMap.newHashMap(entries.size());
        entries.forEach((key, entry) -> copy.put(key, entry.value()));
        return Collections.unmodifiableMap(copy);
    }

    /** How many keys have a value. */
    public int size() {
        return entries.size();
    }

    /** Done as soon as everything has been read that was there when the view started. */
    public CompletableFuture<Void> caughtUp() {
        return caughtUp.copy();
    }

    /**
     * Done once the view holds all that has been committed until now. What is being committed just now is waited for: a
     * transaction that is seen on one topic may still be on its way to this one.
     *
     * @param patience how long the view may take for it
     * @return fails with {@link UnavailableException} when the topic has not been read once, and with {@link
     *     java.util.concurrent.TimeoutException} when it takes longer
     */
    public CompletableFuture<Void> upToNow(TopicEnds ends, Duration patience) {
        if (!caughtUp.isDone()) {
            return CompletableFuture.failedFuture(new UnavailableException(
                    "What is on the topic " + topic.name() + " is not known yet; try again in a moment.", RETRY_AFTER));
        }
        return ends.now(assigned).thenCompose(now -> upTo(now, patience));
    }

    private CompletableFuture<Void> upTo(Map<TopicPartition, Long> ends, Duration patience) {
        var it = new Waiting(ends, new CompletableFuture<>());
        waiting.add(it);
        tellWaiting();
        goOn();
        // Of what waits, not of what the caller holds: nobody is left waiting when the view stands still.
        return it.reached()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> waiting.remove(it));
    }

    /** How many wait for that. */
    int waiting() {
        return waiting.size();
    }

    private void tellWaiting() {
        for (Waiting it : waiting) {
            boolean reached = it.ends().entrySet().stream()
                    .allMatch(end -> positions.getOrDefault(end.getKey(), -1L) >= end.getValue());
            if (reached) {
                it.reached().complete(null);
            }
        }
    }

    /** Adds a listener, before the start; it hears of what the topic already holds too. */
    public View<V> onChange(Listener<V> listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Lets what comes within 20 ms come together, before the start: for a topic that many transactions write to, whose
     * readers may be so late. Whoever asks for what is there now does not wait for that.
     */
    public View<V> gathering() {
        gathering = true;
        return this;
    }

    /** Says what is done with a record that cannot be decoded, besides being counted, logged and skipped. */
    public View<V> onBadRecord(BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> handler) {
        badRecordsTo(handler);
        return this;
    }

    @Override
    protected boolean isComplete() {
        return caughtUp.isDone();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("rollcall.view.lag", this, View::lagOrUnknown)
                .tag("view", topic.name())
                .description("committed records that have not been read yet; -1 when not known")
                .register(registry);
        Gauge.builder("rollcall.view.entries", entries, Map::size)
                .tag("view", topic.name())
                .description("keys with a value")
                .register(registry);
        Gauge.builder("rollcall.view.bad.records", this, View::badRecords)
                .tag("view", topic.name())
                .description("records that could not be decoded")
                .register(registry);
    }

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        List<TopicPartition> partitions = partitions(reading);
        if (partitions.isEmpty()) {
            return;
        }
        reading.assign(partitions);
        assigned = partitions;
        while (running()) {
            try {
                round++;
                positions.clear();
                reading.seekToBeginning(partitions);
                followFromTheBeginning(reading, reading.endOffsets(partitions));
            } catch (InvalidOffsetException e) {
                // The topic was made anew, or cut behind our back: what it holds now is the truth.
                LOG.atWarn().addKeyValue(LogKeys.TOPIC, topic.name()).log("the view's position is gone, reading again");
            }
        }
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> reading) {
        while (running()) {
            try {
                List<PartitionInfo> known = reading.partitionsFor(topic.name());
                if (known != null && !known.isEmpty()) {
                    return known.stream()
                            .map(it -> new TopicPartition(it.topic(), it.partition()))
                            .toList();
                }
                troubled("topic " + topic.name() + " does not exist yet");
            } catch (UnknownTopicOrPartitionException e) {
                troubled("topic " + topic.name() + " does not exist yet");
            } catch (TimeoutException e) {
                troubled("no broker answers");
            }
            pause();
        }
        return List.of();
    }

    private void followFromTheBeginning(Consumer<byte[], byte[]> reading, Map<TopicPartition, Long> ends) {
        boolean complete = false;
        while (running()) {
            ConsumerRecords<byte[], byte[]> records = poll(reading, POLL);
            records.forEach(this::apply);
            noteLag(reading);
            ends.keySet().forEach(partition -> positions.put(partition, reading.position(partition)));
            tellWaiting();
            if (!complete && reached(reading, ends)) {
                complete = true;
                dropWhatWasNotSeenAgain();
                LOG.atInfo()
                        .addKeyValue(LogKeys.TOPIC, topic.name())
                        .addKeyValue(LogKeys.COUNT, entries.size())
                        .log("the view is complete");
                caughtUp.complete(null);
            }
            if (gathering && complete && !records.isEmpty() && lagOrUnknown() == 0 && waiting.isEmpty()) {
                gather();
            }
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            bad(record, new SerializationException("no key"));
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        Decoded<V> decoded = decode(serde, record);
        if (!decoded.legible()) {
            return;
        }
        V after = decoded.value();
        Entry<V> before = after == null ? entries.remove(key) : entries.put(key, new Entry<>(after, round));
        if (before != null || after != null) {
            tell(new Change<>(key, value(before), after, record.partition(), record.offset(), record.timestamp()));
        }
    }

    private void dropWhatWasNotSeenAgain() {
        entries.forEach((key, entry) -> {
            if (entry.round() != round && entries.remove(key, entry)) {
                tell(new Change<>(key, entry.value(), null, -1, -1, -1));
            }
        });
    }

    private void tell(Change<V> change) {
        for (Listener<V> listener : listeners) {
            try {
                listener.changed(change);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue(LogKeys.TOPIC, topic.name())
                        .addKeyValue(LogKeys.PARTITION, change.partition())
                        .addKeyValue(LogKeys.OFFSET, change.offset())
                        .setCause(e)
                        .log("a listener of a view failed");
            }
        }
    }

    private static boolean reached(Consumer<byte[], byte[]> reading, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(it -> reading.position(it.getKey()) >= it.getValue());
    }

    private static <V> @Nullable V value(@Nullable Entry<V> entry) {
        return entry == null ? null : entry.value();
    }
}
