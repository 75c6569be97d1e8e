package io.rollcall.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Values of a state store in Avro's single-object encoding: they carry a fingerprint of their schema, so that restoring a
 * store asks no registry. Older versions of the schema are given to the constructor. Safe for many threads.
 */
public final class SingleObjectSerde<V extends SpecificRecord> implements Serde<V>, Serializer<V>, Deserializer<V> {

    private static final byte[] MARKER = {(byte) 0xC3, 0x01};
    private static final int HEADER_BYTES = MARKER.length + Long.BYTES;

    private final Class<V> type;
    private final AvroBody<V> body;
    private final byte[] header;
    private final long fingerprint;
    private final DatumReader<V> reader;
    private final Map<Long, DatumReader<V>> olderReaders = new HashMap<>();

    /** Reads and writes one record class, and reads what was written with any of the older schemas. */
    public SingleObjectSerde(Class<V> type, Schema... older) {
        this.type = type;
        this.body = new AvroBody<>(type);
        this.fingerprint = SchemaNormalization.parsingFingerprint64(body.schema());
        this.header = ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MARKER)
                .putLong(fingerprint)
                .array();
        this.reader = body.readerOf(body.schema());
        for (Schema version : older) {
            olderReaders.put(SchemaNormalization.parsingFingerprint64(version), body.readerOf(version));
        }
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable V value) {
        return value == null ? null : body.write(header, value);
    }

    /** A value that an {@link AvroSerde} of the same class has put into the wire layout, as a store keeps it. */
    public byte[] sameAs(byte[] wire) {
        return AvroBody.behind(header, wire, AvroSerde.HEADER_BYTES);
    }

    @Override
    public @Nullable V deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != MARKER[0] || bytes[1] != MARKER[1]) {
            throw new SerializationException("not in single-object encoding: " + bytes.length + " bytes");
        }
        long written = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(MARKER.length);
        DatumReader<V> reading = written == fingerprint ? reader : olderReaders.get(written);
        if (reading == null) {
            throw new SerializationException("no version of " + type.getSimpleName() + " has the fingerprint "
                    + Long.toHexString(written) + ": give its schema to the serde of the store");
        }
        try {
            return body.read(reading, bytes, HEADER_BYTES);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("not a " + type.getSimpleName(), e);
        }
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
