package io.rollcall.schemas;

import java.time.Duration;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * A topic as every service knows it. Keys are UTF-8 strings, values Avro in Confluent's wire layout.
 *
 * @param name what it is called on the broker; its schema is registered as {@code <name>-value}
 * @param key what the key is, in words
 * @param value the record its values are
 * @param writer the one service that appends to it
 * @param readers the services that read it
 * @param partitions how many partitions it is created with
 * @param keeps what is kept of it
 * @param stampedBy whose clock a record's timestamp is
 * @param maxRecordBytes the largest record that it takes
 */
public record Topic<V extends SpecificRecord>(
        String name,
        String key,
        Class<V> value,
        Service writer,
        Set<Service> readers,
        int partitions,
        Keeps keeps,
        StampedBy stampedBy,
        int maxRecordBytes) {

    /** What Kafka takes when nobody says otherwise. */
    public static final int DEFAULT_RECORD_BYTES = 1024 * 1024;

    /** A webhook body of 4 MiB, with what goes around it. */
    public static final int WEBHOOK_RECORD_BYTES = 5 * 1024 * 1024;

    /** A topic stamped by its writer, of records of ordinary size. */
    public Topic(
            String name,
            String key,
            Class<V> value,
            Service writer,
            Set<Service> readers,
            int partitions,
            Keeps keeps) {
        this(name, key, value, writer, readers, partitions, keeps, StampedBy.WRITER, DEFAULT_RECORD_BYTES);
    }

    /** The same topic, but taking records of up to this size. */
    public Topic<V> withRecordsOf(int bytes) {
        return new Topic<>(name, key, value, writer, readers, partitions, keeps, stampedBy, bytes);
    }

    /** The same topic, but stamped by this clock. */
    public Topic<V> stampedBy(StampedBy clock) {
        return new Topic<>(name, key, value, writer, readers, partitions, keeps, clock, maxRecordBytes);
    }

    /** The same topic, but created with this many partitions. */
    public Topic<V> withPartitions(int number) {
        return new Topic<>(name, key, value, writer, readers, number, keeps, stampedBy, maxRecordBytes);
    }

    /** Whose clock the timestamps are. */
    public enum StampedBy {
        WRITER,
        /** The leader of the partition: one clock for all writers, for topics whose deciders count time. */
        BROKER
    }

    /** What the broker keeps of a topic. */
    public sealed interface Keeps {

        /** Everything that is younger than this. */
        record For(Duration retention) implements Keeps {}

        /** Everything. */
        record Forever() implements Keeps {}

        /** The last value of every key. */
        record Latest() implements Keeps {}
    }

    /** The registry's subject of its values. */
    public String subject() {
        return name + "-value";
    }
}
