package io.rollcall.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Records of one class as Avro's bytes behind some header. Safe for many threads. */
final class AvroBody<V extends SpecificRecord> {

    private static final ThreadLocal<ByteArrayEncoder> ENCODERS = ThreadLocal.withInitial(ByteArrayEncoder::new);
    private static final ThreadLocal<BinaryDecoder> DECODERS = new ThreadLocal<>();

    private final Schema schema;
    private final SpecificData model;
    private final SpecificDatumWriter<V> writer;

    AvroBody(Class<V> type) {
        this.schema = SpecificData.get().getSchema(type);
        this.model = SpecificData.getForSchema(schema);
        this.writer = new SpecificDatumWriter<>(schema, model);
    }

    /** The schema of the class, which is what is written. */
    Schema schema() {
        return schema;
    }

    byte[] write(byte[] header, V value) {
        ByteArrayEncoder encoder = ENCODERS.get();
        encoder.begin(header);
        try {
            writer.write(value, encoder);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("not a whole " + schema.getName() + ": " + e.getMessage(), e);
        }
        return encoder.end();
    }

    /** What has been written behind a header of so many bytes, behind another header. */
    static byte[] behind(byte[] header, byte[] written, int headerBytes) {
        int length = written.length - headerBytes;
        byte[] bytes = Arrays.copyOf(header, header.length + length);
        System.arraycopy(written, headerBytes, bytes, header.length, length);
        return bytes;
    }

    /** Reads what begins after a header of so many bytes. */
    V read(DatumReader<V> reader, byte[] bytes, int headerBytes) throws IOException {
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(bytes, headerBytes, bytes.length - headerBytes, DECODERS.get());
        DECODERS.set(decoder);
        return reader.read(null, decoder);
    }

    /**
     * Reads what was written with another version of the schema.
     *
     * @throws AvroTypeException when it is the schema of something else
     */
    DatumReader<V> readerOf(Schema written) {
        // Avro would read any record as any other: since all fields have defaults, as an empty one.
        if (!written.getFullName().equals(schema.getFullName())) {
            throw new AvroTypeException("a " + written.getFullName() + " is no " + schema.getFullName());
        }
        if (!model.isFastReaderEnabled()) {
            return new SpecificDatumReader<>(written, schema, model);
        }
        // Avro builds its fast reader at the first record and without a lock, so two threads could meet in it.
        synchronized (model) {
            try {
                return model.getFastReaderBuilder().createDatumReader(written, schema);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
