package io.rollcall.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Values of one topic in Confluent's wire layout: a zero byte, the schema's id as four bytes, the Avro body. The
 * registry is asked once per schema. Safe for many threads.
 */
public final class AvroSerde<V extends SpecificRecord> implements Serde<V>, Serializer<V>, Deserializer<V> {

    private static final byte MAGIC = 0;
    static final int HEADER_BYTES = 1 + Integer.BYTES;

    private final String subject;
    private final Class<V> type;
    private final AvroBody<V> body;
    private final SchemaRegistry registry;
    private final ConcurrentMap<Integer, DatumReader<V>> readers = new ConcurrentHashMap<>();
    private volatile byte @Nullable [] header;

    /** Speaks the given topic's language. */
    public AvroSerde(Topic<V> topic, SchemaRegistry registry) {
        this.subject = topic.subject();
        this.type = topic.value();
        this.body = new AvroBody<>(type);
        this.registry = registry;
    }

    /**
     * Asks the registry for the id now rather than at the first record.
     *
     * @throws RegistryUnavailableException when it cannot be had
     */
    public void warm() {
        header();
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable V value) {
        return value == null ? null : body.write(header(), value);
    }

    /**
     * A value that another serde of the same class has put into the wire layout, as this one would have: only the header
     * can differ.
     */
    public byte[] sameAs(byte[] wire) {
        return AvroBody.behind(header(), wire, HEADER_BYTES);
    }

    @Override
    public @Nullable V deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != MAGIC) {
            throw new SerializationException("not Confluent's wire layout: " + bytes.length + " bytes");
        }
        int writerId = ByteBuffer.wrap(bytes).getInt(1);
        DatumReader<V> reader = reader(writerId);
        try {
            return body.read(reader, bytes, HEADER_BYTES);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("not a " + type.getSimpleName() + " of schema id " + writerId, e);
        }
    }

    private DatumReader<V> reader(int writerId) {
        DatumReader<V> known = readers.get(writerId);
        if (known != null) {
            return known;
        }
        DatumReader<V> reader;
        try {
            reader = body.readerOf(registry.schema(writerId));
        } catch (AvroRuntimeException e) {
            throw new SerializationException("schema id " + writerId + " is not one of " + type.getSimpleName(), e);
        }
        readers.put(writerId, reader);
        return reader;
    }

    private byte[] header() {
        byte[] known = header;
        if (known == null) {
            int id = registry.id(subject, body.schema());
            known = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(id).array();
            header = known;
        }
        return known;
    }

    @Override
    public Serializer<V> serializer() {
        return this;
    }

    @Override
    public Deserializer<V> deserializer() {
        return this;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {}
}
