package io.rollcall.session.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes changes of the records of a subject's topic; what cannot be read goes elsewhere and is left out. */
final class RecordReader<V extends SpecificRecord> {

    private static final Logger LOG = LoggerFactory.getLogger(RecordReader.class);

    private final ReadModel<V> model;
    private final AvroSerde<V> serde;
    private final BadRecords badRecords;

    /** What is done with a record that cannot be read. */
    @FunctionalInterface
    interface BadRecords {

        /** Comes back when it is safe somewhere. */
        void keep(DeadLetterStage stage, ConsumerRecord<byte[], byte[]> record, String cause);
    }

    RecordReader(ReadModel<V> model, SchemaRegistry registry, BadRecords badRecords) {
        this.model = model;
        this.serde = new AvroSerde<>(model.subject().topic(), registry);
        this.badRecords = badRecords;
    }

    /**
     * What the records change, in their order.
     *
     * @throws io.rollcall.schemas.RegistryUnavailableException when it is needed and not there
     */
    List<ReadModel.Change> read(List<ConsumerRecord<byte[], byte[]>> records) {
        List<ReadModel.Change> changes = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() == null) {
                bad(DeadLetterStage.DECODE, record, "no key");
                continue;
            }
            String id = new String(record.key(), UTF_8);
            V state;
            try {
                state = serde.deserialize(record.topic(), record.value());
            } catch (SerializationException e) {
                bad(DeadLetterStage.DECODE, record, DeadLetters.describe(e));
                continue;
            }
            if (state == null) {
                changes.add(new ReadModel.Change(id, null));
                continue;
            }
            ReadModel.Entry entry = model.entry(state);
            if (entry.id().equals(id)) {
                changes.add(new ReadModel.Change(id, entry));
            } else {
                bad(DeadLetterStage.MAP, record, "the key is not the state's id");
            }
        }
        return changes;
    }

    private void bad(DeadLetterStage stage, ConsumerRecord<byte[], byte[]> record, String cause) {
        badRecords.keep(stage, record, cause);
        LOG.atWarn()
                .addKeyValue(LogKeys.TOPIC, record.topic())
                .addKeyValue(LogKeys.PARTITION, record.partition())
                .addKeyValue(LogKeys.OFFSET, record.offset())
                .addKeyValue(LogKeys.REASON, cause)
                .log("a record cannot be read and is left out of the reads");
    }
}
