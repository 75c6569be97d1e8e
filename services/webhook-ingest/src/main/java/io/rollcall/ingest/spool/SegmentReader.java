package io.rollcall.ingest.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Reads the records of one segment in order, and finds the next good one behind damage. */
final class SegmentReader implements Closeable {

    private static final int CHUNK_BYTES = 256 << 10;

    /** What lies at an offset. */
    sealed interface Found {

        record Good(SpoolRecord entry) implements Found {}

        /** Nothing readable from here up to {@code next}; there a good record begins, or the segment ends. */
        record Damage(long next) implements Found {}

        record End() implements Found {}
    }

    private final long segment;
    private final FileChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private long bufferAt;

    SegmentReader(Path file, long segment) throws IOException {
        this.segment = segment;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Looks at the record that should begin at {@code offset}, in the first {@code limit} bytes of the file. */
    Found read(long offset, long limit) throws IOException {
        if (offset >= limit) {
            return new Found.End();
        }
        SpoolRecord entry = entry(offset, limit);
        if (entry != null) {
            return new Found.Good(entry);
        }
        long next = offset + 1;
        while (next + RecordFormat.HEADER_BYTES <= limit && entry(next, limit) == null) {
            next++;
        }
        return new Found.Damage(next + RecordFormat.HEADER_BYTES <= limit ? next : limit);
    }

    /** The bytes between two offsets, at most {@code most} of them. */
    byte[] bytes(long from, long to, int most) throws IOException {
        int length = (int) Math.min(to - from, most);
        fill(from, length);
        byte[] bytes = new byte[length];
        buffer.get((int) (from - bufferAt), bytes);
        return bytes;
    }

    private @Nullable SpoolRecord entry(long offset, long limit) throws IOException {
        if (offset + RecordFormat.HEADER_BYTES > limit) {
            return null;
        }
        fill(offset, RecordFormat.HEADER_BYTES);
        int start = (int) (offset - bufferAt);
        if (buffer.getInt(start) != RecordFormat.MARK) {
            return null;
        }
        int length = buffer.getInt(start + 4);
        long end = offset + RecordFormat.HEADER_BYTES + length;
        if (length < 0 || length > RecordFormat.MAX_VALUE_BYTES || end > limit) {
            return null;
        }
        fill(offset, RecordFormat.HEADER_BYTES + length);
        start = (int) (offset - bufferAt);
        if (buffer.getInt(start + 8) != RecordFormat.crc(buffer, start, length)) {
            return null;
        }
        byte[] value = new byte[length];
        buffer.get(start + RecordFormat.HEADER_BYTES, value);
        return new SpoolRecord(segment, offset, end, buffer.getLong(start + 12), value);
    }

    private void fill(long offset, int length) throws IOException {
        if (offset >= bufferAt && offset + length <= bufferAt + buffer.limit()) {
            return;
        }
        if (buffer.capacity() < length) {
            buffer = ByteBuffer.allocate(length);
        } else if (buffer.capacity() > CHUNK_BYTES && length <= CHUNK_BYTES) {
            buffer = ByteBuffer.allocate(CHUNK_BYTES);
        }
        buffer.clear();
        bufferAt = offset;
        while (buffer.position() < length) {
            if (channel.read(buffer, bufferAt + buffer.position()) < 0) {
                throw new IOException("segment " + segment + " is shorter than it was");
            }
        }
        buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
