package io.rollcall.gateway.rooms;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.Connections;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Reads the live topics of rooms, every partition of them and without a group, and gives their events to
 * {@link RoomChannels}: first as far back as the rings reach, then as they come. Goes on where it was after Kafka was
 * away. A hole in the log, or a topic that was made anew, is told to the channels instead of being passed over.
 */
public final class FeedReader implements SmartLifecycle, ReadinessCheck, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(FeedReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration ASK_FOR_TOPICS_EVERY = Duration.ofSeconds(30);

    private final Map<String, Topic<RoomEvent>> topics = new HashMap<>();
    private final Map<String, AvroSerde<RoomEvent>> serdes = new HashMap<>();
    private final Map<String, Object> reader;
    private final Map<String, Object> admin;
    private final RoomChannels channels;
    private final LogProgress progress;
    private final int warmUp;
    private final InstantSource clock;
    private final BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecordHandler;
    private final AtomicLong lag = new AtomicLong(-1);
    private final AtomicLong badRecords = new AtomicLong();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private Map<String, Uuid> topicIds = Map.of();
    private volatile boolean warm;
    private volatile @Nullable String trouble = "not started";
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable Thread thread;

    /**
     * Reads once it is started.
     *
     * @param feedOfAllRooms whether the feed of all rooms is read too
     * @param warmUp how many offsets of each partition are read back at the start
     * @param badRecordHandler takes what cannot be decoded, besides its being counted, logged and skipped
     */
    public FeedReader(
            KafkaSettings kafka,
            SchemaRegistry registry,
            RoomChannels channels,
            LogProgress progress,
            boolean feedOfAllRooms,
            int warmUp,
            InstantSource clock,
            BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecordHandler) {
        for (Topic<RoomEvent> topic :
                feedOfAllRooms ? List.of(Topics.ROOM_EVENTS, Topics.ROOM_FEED) : List.of(Topics.ROOM_EVENTS)) {
            topics.put(topic.name(), topic);
            serdes.put(topic.name(), new AvroSerde<>(topic, registry));
        }
        this.reader = kafka.reader("ws-gateway-feeds");
        this.admin = kafka.admin("ws-gateway-feeds-admin");
        this.channels = channels;
        this.progress = progress;
        this.warmUp = warmUp;
        this.clock = clock;
        this.badRecordHandler = badRecordHandler;
    }

    /** Whether everything that was in the log at the start is in the rings. */
    public boolean isWarm() {
        return warm;
    }

    /** Committed records that have not been read yet; nothing before the broker has told. */
    public OptionalLong lag() {
        long known = lag.get();
        return known < 0 ? OptionalLong.empty() : OptionalLong.of(known);
    }

    @Override
    public String name() {
        return "feeds";
    }

    @Override
    public Readiness check() {
        String why = trouble;
        if (!warm) {
            return Readiness.down(why == null ? "warming up, " + lag.get() + " records to go" : why);
        }
        return why == null ? Readiness.up() : Readiness.degraded(why);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("gateway.feed.lag", lag, AtomicLong::get)
                .description("committed records of the live topics that have not been read yet; -1 when not known")
                .register(registry);
        Gauge.builder("gateway.feed.bad.records", badRecords, AtomicLong::get)
                .description("records of the live topics that could not be decoded")
                .register(registry);
    }

    @Override
    public synchronized void start() {
        if (thread == null && end.getCount() > 0) {
            Thread reading = Thread.ofPlatform().name("feed-reader").daemon().unstarted(this::run);
            thread = reading;
            reading.start();
        }
    }

    @Override
    public void stop() {
        end.countDown();
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }

    @Override
    public int getPhase() {
        return KafkaPhases.VIEWS;
    }

    private void run() {
        try (Admin asking = Admin.create(admin)) {
            progress.asks(asking);
            while (running()) {
                try (var reading = new KafkaConsumer<byte[], byte[]>(reader)) {
                    consumer = reading;
                    follow(reading, asking);
                } catch (WakeupException | InterruptException e) {
                    // stop() says so
                } catch (KafkaException e) {
                    troubled("reading failed: " + e.getClass().getSimpleName());
                    pause();
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("the feeds broke and begin anew");
                    positions.clear();
                    pause();
                } finally {
                    consumer = null;
                }
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> reading, Admin asking) {
        Map<String, TopicDescription> described = describe(asking);
        if (described == null) {
            pause();
            return;
        }
        List<TopicPartition> partitions = new ArrayList<>();
        described.forEach((topic, it) ->
                it.partitions().forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition()))));
        reading.assign(partitions);
        Map<TopicPartition, Long> begins = reading.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
        begin(described, begins, ends);
        partitions.forEach(partition -> reading.seek(partition, Objects.requireNonNull(positions.get(partition))));
        long askAgainAt = System.nanoTime() + ASK_FOR_TOPICS_EVERY.toNanos();
        while (running()) {
            if (!takeAll(reading)) {
                return;
            }
            if (!warm && reached(ends)) {
                warm = true;
                LOG.atInfo()
                        .addKeyValue(LogKeys.TOPIC, String.join(",", topics.keySet()))
                        .log("the rings are warm");
            }
            if (System.nanoTime() - askAgainAt > 0) {
                askAgainAt = System.nanoTime() + ASK_FOR_TOPICS_EVERY.toNanos();
                Map<String, TopicDescription> now = describe(asking);
                if (now != null && !ids(now).equals(topicIds)) {
                    return;
                }
            }
        }
    }

    /**
     * Finds where to read on. What was read before goes on from there, unless the log does not reach back so far any more
     * or the topic is another one by the same name.
     */
    private void begin(
            Map<String, TopicDescription> described, Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {
        Map<String, Uuid> ids = ids(described);
        for (String topic : topics.keySet()) {
            Uuid id = Objects.requireNonNull(ids.get(topic));
            Set<TopicPartition> partitions = partitions(topic, begins);
            boolean goesOn = id.equals(topicIds.get(topic))
                    && partitions.stream().allMatch(partition -> {
                        Long position = positions.get(partition);
                        return position != null && position >= at(begins, partition);
                    });
            if (!goesOn) {
                partitions.forEach(partition ->
                        positions.put(partition, Math.max(at(begins, partition), at(ends, partition) - warmUp)));
                if (topic.equals(Topics.ROOM_FEED.name())) {
                    channels.allRoomsBegin(id.toString(), at(positions, new TopicPartition(topic, 0)));
                } else {
                    channels.roomsBegin(id.toString());
                }
            }
        }
        topicIds = ids;
        progress.moved(positions);
    }

    /** Takes what there is; false when the position is gone and everything has to be looked at again. */
    private boolean takeAll(Consumer<byte[], byte[]> reading) {
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = reading.poll(POLL);
        } catch (InvalidOffsetException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.TOPIC, String.join(",", topics.keySet()))
                    .log("the log does not reach back to the position of the feeds");
            return false;
        }
        // What was there before the start counts as old: views that were complete before have it.
        long arrivedAtMs = warm ? clock.millis() : 0;
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                take(record, arrivedAtMs);
                // Taken is taken, whatever comes next: no event may be given twice.
                positions.put(partition, record.offset() + 1);
            }
        }
        for (TopicPartition partition : reading.assignment()) {
            positions.put(partition, reading.position(partition));
        }
        progress.moved(positions);
        lag.set(lag(reading));
        if (Connections.any(reading.metrics())) {
            recovered();
        } else {
            troubled("no broker answers");
        }
        return true;
    }

    private void take(ConsumerRecord<byte[], byte[]> record, long arrivedAtMs) {
        RoomEvent event;
        try {
            event = decode(record);
        } catch (SerializationException e) {
            bad(record, e);
            return;
        }
        if (event == null) {
            return;
        }
        if (record.topic().equals(Topics.ROOM_FEED.name())) {
            channels.allRoomsEvent(record.offset(), event, arrivedAtMs);
        } else {
            channels.roomEvent(event, arrivedAtMs);
        }
    }

    /** Waits for the registry as long as it takes: an event that is left out would be a hole. */
    private @Nullable RoomEvent decode(ConsumerRecord<byte[], byte[]> record) {
        AvroSerde<RoomEvent> serde = Objects.requireNonNull(serdes.get(record.topic()));
        while (true) {
            try {
                return serde.deserialize(record.topic(), record.value());
            } catch (RegistryUnavailableException e) {
                troubled("the schema registry does not answer");
                pause();
                if (!running()) {
                    throw new WakeupException();
                }
            } catch (AvroRuntimeException e) {
                throw new SerializationException("a schema that cannot be read as ours", e);
            }
        }
    }

    private void bad(ConsumerRecord<byte[], byte[]> record, SerializationException cause) {
        badRecords.incrementAndGet();
        LOG.atWarn()
                .addKeyValue(LogKeys.TOPIC, record.topic())
                .addKeyValue(LogKeys.PARTITION, record.partition())
                .addKeyValue(LogKeys.OFFSET, record.offset())
                .addKeyValue(LogKeys.REASON, DeadLetters.describe(cause))
                .log("a record of a feed cannot be decoded and is skipped");
        badRecordHandler.accept(record, cause);
    }

    private @Nullable Map<String, TopicDescription> describe(Admin asking) {
        try {
            return asking.describeTopics(topics.keySet()).allTopicNames().get();
        } catch (ExecutionException e) {
            troubled(
                    e.getCause() instanceof TimeoutException
                            ? "no broker answers"
                            : "topics " + topics.keySet() + " cannot be described: "
                                    + Objects.requireNonNullElse(e.getCause(), e)
                                            .getClass()
                                            .getSimpleName());
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static Map<String, Uuid> ids(Map<String, TopicDescription> described) {
        Map<String, Uuid> ids = new HashMap<>();
        described.forEach((topic, it) -> ids.put(topic, it.topicId()));
        return ids;
    }

    private static Set<TopicPartition> partitions(String topic, Map<TopicPartition, Long> among) {
        return among.keySet().stream()
                .filter(partition -> partition.topic().equals(topic))
                .collect(Collectors.toSet());
    }

    private static long at(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition));
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> at(positions, end.getKey()) >= end.getValue());
    }

    private static long lag(Consumer<byte[], byte[]> reading) {
        long sum = 0;
        for (TopicPartition partition : reading.assignment()) {
            OptionalLong behind = reading.currentLag(partition);
            if (behind.isEmpty()) {
                return -1;
            }
            sum += behind.getAsLong();
        }
        return sum;
    }

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.atWarn().addKeyValue(LogKeys.REASON, why).log("the feeds do not move");
        }
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            LOG.atInfo().log("the feeds move");
        }
    }

    private boolean running() {
        return end.getCount() > 0;
    }

    private void pause() {
        try {
            end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
