package io.rollcall.kit.streams;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.jspecify.annotations.Nullable;

/** A topic as a topology reads or writes it: with its serdes and with the names of its nodes. */
public final class StreamTopic<V extends SpecificRecord> {

    private final Topic<V> topic;
    private final AvroSerde<V> values;
    private final WithinTopic<V> written;

    /** Takes ids of schemas from the given registry. */
    public StreamTopic(Topic<V> topic, SchemaRegistry registry) {
        this.topic = topic;
        this.values = new AvroSerde<>(topic, registry);
        this.written = new WithinTopic<>(topic, values);
    }

    /** Its name on the broker. */
    public String name() {
        return topic.name();
    }

    /** Its entry in the catalogue. */
    public Topic<V> topic() {
        return topic;
    }

    /** Keys are text. */
    public Serde<String> keySerde() {
        return Serdes.String();
    }

    /** Values in the layout of the wire. */
    public AvroSerde<V> valueSerde() {
        return values;
    }

    /** Reads it in a node {@code read-<topic>}. */
    public Consumed<String, V> consumed() {
        return Consumed.with(keySerde(), valueSerde()).withName("read-" + name());
    }

    /**
     * Writes it in a node {@code write-<topic>}. A value that the topic would not take is found before it is sent: a
     * send that fails spoils the transaction, so that the stream could not go on.
     */
    public Produced<String, V> produced() {
        return produced("write-" + name());
    }

    /** Writes it in a node of another name: a topology may write a topic in two places. */
    public Produced<String, V> produced(String node) {
        return Produced.with(keySerde(), Serdes.serdeFrom(written, values)).withName(node);
    }

    /**
     * A value as it goes over the wire.
     *
     * @throws RecordTooLargeException when the topic would not take it
     */
    public byte[] encoded(V value) {
        return Objects.requireNonNull(written.serialize(name(), value));
    }

    /** Writes values that {@link #encoded} has made, in a node {@code write-<topic>}. */
    public Produced<String, byte[]> producedEncoded() {
        return Produced.with(keySerde(), Serdes.ByteArray()).withName("write-" + name());
    }

    /** Writes it in a node {@code write-<topic>}, to partitions that do not follow from the key. */
    public Produced<String, V> produced(StreamPartitioner<? super String, ? super V> partitioner) {
        return produced().withStreamPartitioner(partitioner);
    }

    /** Writes values as the topic's own serializer does, unless they are longer than the topic takes. */
    private record WithinTopic<V extends SpecificRecord>(Topic<V> topic, AvroSerde<V> values) implements Serializer<V> {

        /** For the key, the headers and Kafka's own frame around a record. */
        private static final int ENVELOPE_BYTES = 64 * 1024;

        @Override
        public byte @Nullable [] serialize(String name, @Nullable V value) {
            byte[] bytes = values.serialize(name, value);
            if (bytes != null && bytes.length > topic.maxRecordBytes() - ENVELOPE_BYTES) {
                throw new RecordTooLargeException(bytes.length + " bytes are more than " + name + " takes");
            }
            return bytes;
        }
    }
}
