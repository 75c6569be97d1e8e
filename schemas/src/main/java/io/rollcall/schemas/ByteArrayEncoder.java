package io.rollcall.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.BinaryData;
import org.apache.avro.io.BinaryEncoder;

/**
 * Avro's binary encoding into an array that grows, behind a header that the caller writes. Avro's own encoders go through
 * an output stream, field by field, which costs as much as the encoding itself.
 */
final class ByteArrayEncoder extends BinaryEncoder {

    private static final int INITIAL_BYTES = 1024;
    /** A larger array is given up after use, so that one large record does not keep it for the life of the thread. */
    private static final int LARGEST_KEPT_BYTES = 64 * 1024;

    private static final int LONGEST_NUMBER_BYTES = 10;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    /** Begins a record that starts with these bytes. */
    void begin(byte[] header) {
        size = 0;
        writeFixed(header, 0, header.length);
    }

    /** What was written since {@link #begin}, in an array of its own. */
    byte[] end() {
        byte[] record = Arrays.copyOf(bytes, size);
        if (bytes.length > LARGEST_KEPT_BYTES) {
            bytes = new byte[INITIAL_BYTES];
        }
        return record;
    }

    @Override
    public void writeBoolean(boolean value) {
        ensure(1);
        size += BinaryData.encodeBoolean(value, bytes, size);
    }

    @Override
    public void writeInt(int value) {
        ensure(LONGEST_NUMBER_BYTES);
        size += BinaryData.encodeInt(value, bytes, size);
    }

    @Override
    public void writeLong(long value) {
        ensure(LONGEST_NUMBER_BYTES);
        size += BinaryData.encodeLong(value, bytes, size);
    }

    @Override
    public void writeFloat(float value) {
        ensure(Float.BYTES);
        size += BinaryData.encodeFloat(value, bytes, size);
    }

    @Override
    public void writeDouble(double value) {
        ensure(Double.BYTES);
        size += BinaryData.encodeDouble(value, bytes, size);
    }

    @Override
    public void writeString(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        writeInt(utf8.length);
        writeFixed(utf8, 0, utf8.length);
    }

    @Override
    public void writeFixed(byte[] from, int start, int length) {
        ensure(length);
        System.arraycopy(from, start, bytes, size, length);
        size += length;
    }

    @Override
    protected void writeZero() {
        ensure(1);
        bytes[size++] = 0;
    }

    @Override
    public int bytesBuffered() {
        return size;
    }

    @Override
    public void flush() {}

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
        }
    }
}
