package io.rollcall.gateway.stats;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicReader;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code quota-events}, all of it: first some of what there was, for the page's sake, then what comes. Goes on where
 * it was after Kafka was away.
 */
public final class QuotaReader extends TopicReader {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaReader.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final AvroSerde<QuotaEvent> serde;
    private final LiveStatistics live;
    private final int warmUp;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private volatile boolean complete;

    /**
     * Reads once it is started.
     *
     * @param warmUp how many offsets of each partition are read back at the start
     * @param badRecords takes what cannot be decoded
     */
    public QuotaReader(
            KafkaSettings kafka,
            SchemaRegistry registry,
            LiveStatistics live,
            int warmUp,
            BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecords) {
        super("decisions", kafka.reader("ws-gateway-decisions"), badRecords);
        this.serde = new AvroSerde<>(Topics.QUOTA_EVENTS, registry);
        this.live = live;
        this.warmUp = warmUp;
    }

    /** Whether what was there at the start has been read. */
    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    protected void broke() {
        positions.clear();
    }

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        List<PartitionInfo> known = reading.partitionsFor(Topics.QUOTA_EVENTS.name());
        if (known == null || known.isEmpty()) {
            troubled("topic " + Topics.QUOTA_EVENTS.name() + " does not exist yet");
            pause();
            return;
        }
        List<TopicPartition> partitions = known.stream()
                .map(it -> new TopicPartition(it.topic(), it.partition()))
                .toList();
        reading.assign(partitions);
        Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
        begin(reading.beginningOffsets(partitions), ends);
        partitions.forEach(partition -> reading.seek(partition, at(positions, partition)));
        try {
            while (running()) {
                for (ConsumerRecord<byte[], byte[]> record : poll(reading, POLL)) {
                    take(record, ends);
                }
                partitions.forEach(partition -> positions.put(partition, reading.position(partition)));
                noteLag(reading);
                complete = complete || partitions.stream().allMatch(it -> at(positions, it) >= at(ends, it));
            }
        } catch (InvalidOffsetException e) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.TOPIC, Topics.QUOTA_EVENTS.name())
                    .log("the log does not have the position of the decisions");
            positions.clear();
            pause();
        }
    }

    /** Goes on where it was; otherwise everything that is there counts as old. */
    private void begin(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {
        boolean goesOn = ends.entrySet().stream().allMatch(end -> {
            Long position = positions.get(end.getKey());
            return position != null && position <= end.getValue() && position >= at(begins, end.getKey());
        });
        if (goesOn) {
            return;
        }
        positions.clear();
        live.quotaEventsBeginAnew();
        ends.forEach((partition, end) -> positions.put(partition, Math.max(at(begins, partition), end - warmUp)));
        complete = false;
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Map<TopicPartition, Long> ends) {
        QuotaEvent event = decode(serde, record).value();
        if (event != null) {
            boolean old =
                    !complete && record.offset() < at(ends, new TopicPartition(record.topic(), record.partition()));
            live.quotaEvent(event, old);
        }
    }

    private static long at(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition));
    }
}
