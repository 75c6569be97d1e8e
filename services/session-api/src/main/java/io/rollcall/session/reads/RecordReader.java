package io.rollcall.session.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Makes changes of the records of a subject's topic. */
final class RecordReader<V extends SpecificRecord> {

    /** So many records keep Redis busy for about two milliseconds. */
    private static final int STEP = 256;

    private final ReadModel<V> model;
    private final AvroSerde<V> serde;
    private final BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecords;

    /** What cannot be read is given away and left out. */
    RecordReader(
            ReadModel<V> model,
            SchemaRegistry registry,
            BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecords) {
        this.model = model;
        this.serde = new AvroSerde<>(model.subject().topic(), registry);
        this.badRecords = badRecords;
    }

    /**
     * What one partition's records change, cut into steps that each keep Redis busy for a moment only.
     *
     * @param from Redis' position
     * @param next the position behind the records
     * @param end where the partition ended when this began; null when that has been reached
     * @throws io.rollcall.schemas.RegistryUnavailableException when it is needed and not there
     */
    List<ReadModel.Step> steps(
            int partition, long from, long next, @Nullable Long end, List<ConsumerRecord<byte[], byte[]>> records) {
        if (next == from && (end == null || next < end)) {
            return List.of();
        }
        List<ReadModel.Step> steps = new ArrayList<>();
        long at = from;
        int done = 0;
        do {
            int until = Math.min(records.size(), done + STEP);
            List<ConsumerRecord<byte[], byte[]>> some = records.subList(done, until);
            // Behind the last record there may be markers of transactions.
            long after = until == records.size() ? next : some.getLast().offset() + 1;
            steps.add(new ReadModel.Step(partition, at, after, end != null && after >= end, read(some)));
            at = after;
            done = until;
        } while (done < records.size());
        return steps;
    }

    private List<ReadModel.Change> read(List<ConsumerRecord<byte[], byte[]>> records) {
        List<ReadModel.Change> changes = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                changes.add(change(record));
            } catch (SerializationException e) {
                badRecords.accept(record, e);
            }
        }
        return changes;
    }

    private ReadModel.Change change(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            throw new SerializationException("no key");
        }
        String id = new String(record.key(), UTF_8);
        V state = serde.deserialize(record.topic(), record.value());
        if (state == null) {
            return new ReadModel.Change(id, null);
        }
        ReadModel.Entry entry = model.entry(state);
        if (!entry.id().equals(id)) {
            throw new SerializationException("the key is not the state's id");
        }
        return new ReadModel.Change(id, entry);
    }
}
