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
 */
public record Topic<V extends SpecificRecord>(
        String name, String key, Class<V> value, Service writer, Set<Service> readers, int partitions, Keeps keeps) {

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
