package io.rollcall.gateway.rooms;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.Ring;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The feed of all rooms as its topic has it: an offset of the feed is the record's + 1, so that nothing has to be looked
 * for. One page at a time, on a thread of its own; the consumer is opened when somebody asks, and closed when nobody has
 * for a while.
 */
public final class FeedArchive implements Archive, AutoCloseable {

    private static final TopicPartition FEED = new TopicPartition(Topics.ROOM_FEED.name(), 0);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final long GIVE_UP_AFTER_NS = Duration.ofSeconds(5).toNanos();
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int FETCH_BYTES = 512 * 1024;

    private final Map<String, Object> settings;
    private final AvroSerde<RoomEvent> serde;
    private final int reach;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("feed-archive").factory());
    private volatile long begin = Long.MAX_VALUE;
    private @Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable ScheduledFuture<?> closing;
    private @Nullable Long failedAtNs;

    /**
     * Opens nothing yet.
     *
     * @param reach how many offsets it may be gone back
     */
    public FeedArchive(KafkaSettings kafka, SchemaRegistry registry, int reach) {
        this.settings = kafka.reader("ws-gateway-feed-archive");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        this.serde = new AvroSerde<>(Topics.ROOM_FEED, registry);
        this.reach = reach;
    }

    /** The topic holds nothing before this record. */
    void beginsAt(long recordOffset) {
        begin = recordOffset;
    }

    @Override
    public long floor(long top) {
        return Math.max(begin, top - reach);
    }

    @Override
    public CompletionStage<Part> read(long after, int limit) {
        long askedAtNs = System.nanoTime();
        return CompletableFuture.supplyAsync(() -> page(askedAtNs, after, limit), thread);
    }

    private Part page(long askedAtNs, long after, int limit) {
        Long failed = failedAtNs;
        if (failed != null && failed - askedAtNs > 0) {
            // Whoever waits behind one that waited in vain would wait as often as there are others before it.
            throw new TimeoutException("nothing came for somebody who asked before");
        }
        stayOpen();
        closing = thread.schedule(this::closeConsumer, IDLE.toSeconds(), TimeUnit.SECONDS);
        try {
            return page(open(), after, limit);
        } catch (OffsetOutOfRangeException e) {
            begin = Objects.requireNonNull(
                    open().beginningOffsets(List.of(FEED)).get(FEED));
            throw e;
        } catch (RuntimeException e) {
            closeConsumer();
            failedAtNs = System.nanoTime();
            throw e;
        }
    }

    private Part page(Consumer<byte[], byte[]> reading, long after, int limit) {
        reading.seek(FEED, after);
        List<Publication> publications = new ArrayList<>();
        long bytes = 0;
        long until = System.nanoTime() + GIVE_UP_AFTER_NS;
        while (true) {
            for (ConsumerRecord<byte[], byte[]> record : reading.poll(POLL).records(FEED)) {
                RoomEvent event = decode(record);
                if (event != null) {
                    var publication = new Publication(record.offset() + 1, RoomEventJson.of(event), 0);
                    publications.add(publication);
                    bytes += publication.bytes();
                }
                if (publications.size() == limit || bytes > Ring.PAGE_BYTES) {
                    return new Part(publications, record.offset() + 1);
                }
            }
            long position = reading.position(FEED);
            if (position > after) {
                return new Part(publications, position);
            }
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException("nothing came");
            }
        }
    }

    /** Null for what is none: who reads the feed as it comes has seen to that. */
    private @Nullable RoomEvent decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return serde.deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            return null;
        }
    }

    private Consumer<byte[], byte[]> open() {
        Consumer<byte[], byte[]> known = consumer;
        if (known == null) {
            known = new KafkaConsumer<>(settings);
            known.assign(List.of(FEED));
            consumer = known;
        }
        return known;
    }

    private void stayOpen() {
        if (closing != null) {
            closing.cancel(false);
        }
    }

    private void closeConsumer() {
        Consumer<byte[], byte[]> open = consumer;
        consumer = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        // First the one that is due later: the end of the thread would wait for it.
        CompletableFuture.runAsync(
                        () -> {
                            stayOpen();
                            closeConsumer();
                        },
                        thread)
                .join();
        thread.close();
    }
}
