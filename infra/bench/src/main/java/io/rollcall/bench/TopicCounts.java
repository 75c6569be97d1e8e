package io.rollcall.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What a broker says about its topics. */
public final class TopicCounts {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ASK_EVERY = Duration.ofMillis(100);

    private final Admin admin;

    public TopicCounts(Admin admin) {
        this.admin = admin;
    }

    /** The end offset of every partition. */
    public Map<TopicPartition, Long> ends(String topic) {
        return offsets(topic, OffsetSpec.latest());
    }

    /** How many records are in a topic that nothing was deleted from and that has no transactions. */
    public long records(String topic) {
        return ends(topic).values().stream().mapToLong(Long::longValue).sum();
    }

    /** How far a group has come: the offsets it has committed, of the partitions where it has. */
    public Map<TopicPartition, Long> committed(String group) {
        var committed = new HashMap<TopicPartition, Long>();
        await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, position) -> {
                    if (position != null) {
                        committed.put(partition, position.offset());
                    }
                });
        return committed;
    }

    /** Asks until the value is the one expected or the time is over; returns the last answer. */
    public static long settle(LongSupplier value, long expected, Duration within) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        long last = value.getAsLong();
        while (last != expected && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.sleep(ASK_EVERY.toNanos());
            last = value.getAsLong();
        }
        return last;
    }

    private Map<TopicPartition, Long> offsets(String topic, OffsetSpec which) {
        TopicDescription description =
                await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
        if (description == null) {
            throw new KafkaException("there is no topic " + topic);
        }
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        IntStream.range(0, description.partitions().size())
                .forEach(partition -> wanted.put(new TopicPartition(topic, partition), which));
        var offsets = new HashMap<TopicPartition, Long>();
        await(admin.listOffsets(wanted).all()).forEach((partition, result) -> offsets.put(partition, result.offset()));
        return offsets;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("Kafka did not answer within " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for Kafka", e);
        }
    }
}
