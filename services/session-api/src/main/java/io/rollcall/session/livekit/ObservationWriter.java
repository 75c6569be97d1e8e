package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitObservation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a poll found in one transaction with the positions of the requests that it answers. The transaction is
 * refused twice over to one that was put out of the group while it was paused: its generation is over, and whoever came
 * after it has taken the transactional id.
 */
final class ObservationWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ObservationWriter.class);
    private static final Topic<LivekitObservation> TOPIC = Topics.LIVEKIT_OBSERVATIONS;

    /** What goes around a value takes less than this. */
    private static final int MAX_VALUE = TOPIC.maxRecordBytes() - (64 << 10);

    private final Producer<byte[], byte[]> producer;
    private final AvroSerde<LivekitObservation> serde;

    /** Takes the transactional id from whoever had it before. */
    ObservationWriter(Map<String, Object> settings, String transactionalId, AvroSerde<LivekitObservation> serde) {
        this.serde = serde;
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        // This thread has nothing else to do, but must come back to its consumer.
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
        this.producer = new KafkaProducer<>(all);
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Writes all or nothing.
     *
     * @throws RuntimeException when nothing was written; this one can then only be closed
     */
    void write(
            List<LivekitObservation> observations,
            List<ProducerRecord<byte[], byte[]>> deadLetters,
            Map<TopicPartition, OffsetAndMetadata> answered,
            ConsumerGroupMetadata group) {
        // Encoded before anything is begun: the registry may be away.
        List<ProducerRecord<byte[], byte[]>> records =
                observations.stream().map(this::record).toList();
        producer.beginTransaction();
        for (ProducerRecord<byte[], byte[]> record : records) {
            var _ = producer.send(record);
        }
        for (ProducerRecord<byte[], byte[]> letter : deadLetters) {
            var _ = producer.send(letter);
        }
        producer.sendOffsetsToTransaction(answered, group);
        producer.commitTransaction();
    }

    private ProducerRecord<byte[], byte[]> record(LivekitObservation observation) {
        byte[] key = ObservationMapper.key(observation).getBytes(UTF_8);
        byte[] value = bytes(observation);
        if (value.length > MAX_VALUE) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.ROOM_SID, observation.getRoomSid())
                    .addKeyValue(LogKeys.BYTES, value.length)
                    .log("so many are in a room that no record can hold them: only that it is listed is told");
            value = bytes(LivekitObservation.newBuilder(observation)
                    .setParticipants(null)
                    .build());
        }
        return new ProducerRecord<>(TOPIC.name(), key, value);
    }

    private byte[] bytes(LivekitObservation observation) {
        return Objects.requireNonNull(serde.serialize(TOPIC.name(), observation));
    }

    /** An open transaction is given up at once by whoever takes the id next. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
