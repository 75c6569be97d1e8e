package io.rollcall.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
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
    private static final int HEADER_BYTES = 1 + Integer.BYTES;
    /** Larger ones are not kept: a thread would hold on to the longest record it ever wrote. */
    private static final int KEPT_BYTES = 64 << 10;

    private static final ThreadLocal<ByteArrayOutputStream> BUFFERS =
            ThreadLocal.withInitial(() -> new ByteArrayOutputStream(2 << 10));
    private static final ThreadLocal<BinaryEncoder> ENCODERS = new ThreadLocal<>();
    private static final ThreadLocal<BinaryDecoder> DECODERS = new ThreadLocal<>();

    private final String subject;
    private final Class<V> type;
    private final Schema schema;
    private final SpecificDatumWriter<V> writer;
    private final SchemaRegistry registry;
    private final ConcurrentMap<Integer, SpecificDatumReader<V>> readers = new ConcurrentHashMap<>();
    private volatile int id = -1;

    /** Speaks the given topic's language. */
    public AvroSerde(Topic<V> topic, SchemaRegistry registry) {
        this.subject = topic.subject();
        this.type = topic.value();
        this.schema = SpecificData.get().getSchema(type);
        this.writer = new SpecificDatumWriter<>(schema, SpecificData.getForSchema(schema));
        this.registry = registry;
    }

    /**
     * Asks the registry for the id now rather than at the first record.
     *
     * @throws RegistryUnavailableException when it cannot be had
     */
    public void warm() {
        id();
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable V value) {
        if (value == null) {
            return null;
        }
        ByteArrayOutputStream bytes = BUFFERS.get();
        bytes.reset();
        bytes.write(MAGIC);
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id()).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, ENCODERS.get());
        ENCODERS.set(encoder);
        try {
            writer.write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] record = bytes.toByteArray();
        if (record.length > KEPT_BYTES) {
            BUFFERS.remove();
        }
        return record;
    }

    @Override
    public @Nullable V deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != MAGIC) {
            throw new SerializationException("not Confluent's wire layout: " + bytes.length + " bytes");
        }
        int writerId = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, DECODERS.get());
        DECODERS.set(decoder);
        try {
            return reader(writerId).read(null, decoder);
        } catch (IOException | RuntimeException e) {
            if (e instanceof RegistryUnavailableException unavailable) {
                throw unavailable;
            }
            throw new SerializationException("not a " + type.getSimpleName() + " of schema id " + writerId, e);
        }
    }

    private SpecificDatumReader<V> reader(int writerId) {
        SpecificDatumReader<V> known = readers.get(writerId);
        if (known != null) {
            return known;
        }
        var reader = new SpecificDatumReader<V>(registry.schema(writerId), schema, SpecificData.getForSchema(schema));
        readers.put(writerId, reader);
        return reader;
    }

    private int id() {
        if (id < 0) {
            id = registry.id(subject, schema);
        }
        return id;
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
    public void configure(java.util.Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {}
}
