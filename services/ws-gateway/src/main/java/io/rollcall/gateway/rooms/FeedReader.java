package io.rollcall.gateway.rooms;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicReader;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
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
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the live topics of rooms, every partition of them, and gives their events to {@link RoomChannels}: first as far
 * back as the rings reach, then as they come. Goes on where it was after Kafka was away. A hole in the log, or a topic
 * that was made anew, is told to the channels instead of being passed over.
 */
public class FeedReader extends TopicReader implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(FeedReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration ASK_FOR_TOPICS_EVERY = Duration.ofSeconds(30);

    private final Map<String, Topic<RoomEvent>> topics = new HashMap<>();
    private final Map<String, AvroSerde<RoomEvent>> serdes = new HashMap<>();
    private final Map<String, Object> admin;
    private final RoomChannels channels;
    private final FeedArchive archive;
    private final LogProgress progress;
    private final int warmUp;
    private final InstantSource clock;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private Map<String, Uuid> topicIds = Map.of();
    private volatile boolean warm;

    /**
     * Reads once it is started.
     *
     * @param feedOfAllRooms whether the feed of all rooms is read too
     * @param warmUp how many offsets of each partition are read back at the start
     * @param badRecords takes what cannot be decoded
     */
    public FeedReader(
            KafkaSettings kafka,
            SchemaRegistry registry,
            RoomChannels channels,
            FeedArchive archive,
            LogProgress progress,
            boolean feedOfAllRooms,
            int warmUp,
            InstantSource clock,
            BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecords) {
        super("feeds", kafka.reader("ws-gateway-feeds"), badRecords);
        for (Topic<RoomEvent> topic :
                feedOfAllRooms ? List.of(Topics.ROOM_EVENTS, Topics.ROOM_FEED) : List.of(Topics.ROOM_EVENTS)) {
            topics.put(topic.name(), topic);
            serdes.put(topic.name(), new AvroSerde<>(topic, registry));
        }
        this.admin = kafka.admin("ws-gateway-feeds-admin");
        this.channels = channels;
        this.archive = archive;
        this.progress = progress;
        this.warmUp = warmUp;
        this.clock = clock;
    }

    /** Whether everything that was in the log at the start is in the rings. */
    @Override
    public final boolean isComplete() {
        return warm;
    }

    @Override
    public final void bindTo(MeterRegistry registry) {
        Gauge.builder("gateway.feed.lag", this, FeedReader::lagOrUnknown)
                .description("committed records of the live topics that have not been read yet; -1 when not known")
                .register(registry);
        Gauge.builder("gateway.feed.bad.records", this, FeedReader::badRecords)
                .description("records of the live topics that could not be decoded")
                .register(registry);
    }

    @Override
    protected final void broke() {
        positions.clear();
    }

    @Override
    protected final void follow(Consumer<byte[], byte[]> reading) {
        Admin asking = Admin.create(admin);
        progress.asks(asking);
        try {
            Map<String, TopicDescription> described = await(describe(asking));
            if (described == null) {
                pause();
            } else {
                follow(reading, asking, described);
            }
        } finally {
            progress.asks(null);
            asking.close(Duration.ZERO);
        }
    }

    private void follow(Consumer<byte[], byte[]> reading, Admin asking, Map<String, TopicDescription> described) {
        List<TopicPartition> partitions = new ArrayList<>();
        described.forEach((topic, it) ->
                it.partitions().forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition()))));
        reading.assign(partitions);
        Map<TopicPartition, Long> begins = reading.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
        begin(described, begins, ends);
        partitions.forEach(partition -> reading.seek(partition, at(positions, partition)));
        long askAgainAt = System.nanoTime() + ASK_FOR_TOPICS_EVERY.toNanos();
        KafkaFuture<Map<String, TopicDescription>> asked = KafkaFuture.completedFuture(described);
        while (running() && takeAll(reading)) {
            if (!warm && reached(ends)) {
                warm = true;
                LOG.atInfo()
                        .addKeyValue(LogKeys.TOPIC, String.join(",", topics.keySet()))
                        .log("the rings are warm");
            }
            // Who reads does not wait for the answer: it is looked at when it has come.
            if (isAnotherTopic(asked)) {
                return;
            }
            if (System.nanoTime() - askAgainAt > 0) {
                askAgainAt = System.nanoTime() + ASK_FOR_TOPICS_EVERY.toNanos();
                asked = describe(asking);
            }
        }
    }

    /**
     * Finds where to read on. What was read before goes on from there, unless the log does not reach back so far any more,
     * or has lost its end, or the topic is another one by the same name.
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
                        return position != null && position >= at(begins, partition) && position <= at(ends, partition);
                    });
            boolean isFeed = topic.equals(Topics.ROOM_FEED.name());
            if (isFeed) {
                archive.beginsAt(at(begins, new TopicPartition(topic, 0)));
            }
            if (!goesOn) {
                partitions.forEach(partition ->
                        positions.put(partition, Math.max(at(begins, partition), at(ends, partition) - warmUp)));
                if (isFeed) {
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
            records = poll(reading, POLL);
        } catch (InvalidOffsetException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.TOPIC, String.join(",", topics.keySet()))
                    .log("the log does not have the position of the feeds");
            // The log may have it again when it is looked at next, and then with something else behind it.
            positions.keySet().removeAll(e.partitions());
            pause();
            return false;
        }
        // What was there before the start counts as old: views that were complete before have it.
        long arrivedAtMs = warm ? clock.millis() : 0;
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                take(record, arrivedAtMs);
            }
        }
        for (TopicPartition partition : reading.assignment()) {
            positions.put(partition, reading.position(partition));
        }
        progress.moved(positions);
        noteLag(reading);
        return true;
    }

    private void take(ConsumerRecord<byte[], byte[]> record, long arrivedAtMs) {
        RoomEvent event = decode(Objects.requireNonNull(serdes.get(record.topic())), record)
                .value();
        if (event == null) {
            return;
        }
        if (record.topic().equals(Topics.ROOM_FEED.name())) {
            channels.allRoomsEvent(record.offset(), event, arrivedAtMs);
        } else {
            channels.roomEvent(event, arrivedAtMs);
        }
    }

    private KafkaFuture<Map<String, TopicDescription>> describe(Admin asking) {
        return asking.describeTopics(topics.keySet()).allTopicNames();
    }

    private boolean isAnotherTopic(KafkaFuture<Map<String, TopicDescription>> asked) {
        if (!asked.isDone() || asked.isCompletedExceptionally()) {
            return false;
        }
        Map<String, TopicDescription> now = await(asked);
        return now != null && !ids(now).equals(topicIds);
    }

    private @Nullable Map<String, TopicDescription> await(KafkaFuture<Map<String, TopicDescription>> asked) {
        try {
            return asked.get();
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
}
