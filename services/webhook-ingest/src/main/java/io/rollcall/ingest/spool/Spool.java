package io.rollcall.ingest.spool;

import io.rollcall.ingest.spool.SegmentReader.Found;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A queue on disk. {@link #append} returns once the records are on the disk; {@link #next} reads them in order;
 * {@link #acknowledge} lets go of them. What was appended and not acknowledged is read again after a restart; a record
 * that was acknowledged shortly before a crash may be read again too.
 *
 * <p>Append-only segments with a CRC per record. A process writes only to segments it began itself, so a write that a
 * crash cut short lies at the end of an old segment, where it is set aside. Damage elsewhere is set aside as well, and
 * reading goes on behind it.
 *
 * <p>One thread owns it; only the figures may be asked from others. A folder belongs to one process at a time.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes, others only look
public final class Spool implements Closeable {

    /** What a record takes beyond its value. */
    public static final int OVERHEAD_BYTES = RecordFormat.HEADER_BYTES;

    private static final long SEGMENT_MARK = 0x52_43_53_50_4f_4f_4c_31L; // "RCSPOOL1"
    private static final int SEGMENT_HEADER_BYTES = Long.BYTES;
    private static final String SUFFIX = ".spool";
    private static final int POSITION_BYTES = 8 + 8 + 4;
    private static final int MAX_SET_ASIDE_BYTES = 64 << 20;
    private static final int WRITE_BYTES = 1 << 20;

    private final Path folder;
    private final long maxBytes;
    private final long segmentBytes;
    private final SpoolEvents events;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final FileChannel positionFile;
    /** End of the readable part of every segment, by number. */
    private final TreeMap<Long, Long> segments = new TreeMap<>();

    private ByteBuffer writeBuffer = ByteBuffer.allocateDirect(WRITE_BYTES);
    private @Nullable FileChannel active;
    private long activeNumber;
    private @Nullable SegmentReader reader;
    private long readSegment;
    private long readOffset;
    private long ackSegment;
    private long ackOffset;
    private long setAsideBytes;
    private volatile long bytes;
    private volatile long records;
    private volatile long unread;
    private volatile long oldest = -1;

    private Spool(Path folder, long maxBytes, long segmentBytes, SpoolEvents events) throws IOException {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.segmentBytes = segmentBytes;
        this.events = events;
        Files.createDirectories(folder);
        this.lockFile = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.lock = lock(lockFile, folder);
        this.positionFile = FileChannel.open(
                folder.resolve("position"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    /**
     * Opens the spool of a folder, with what is in it.
     *
     * @param maxBytes what its files may take together
     * @param segmentBytes when the next file is begun
     * @throws IOException when the folder cannot be used, or another process uses it
     */
    public static Spool open(Path folder, long maxBytes, long segmentBytes, SpoolEvents events) throws IOException {
        var spool = new Spool(folder, maxBytes, segmentBytes, events);
        try {
            spool.restore();
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
        return spool;
    }

    private static FileLock lock(FileChannel file, Path folder) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("the spool in " + folder + " is in use by another process");
        }
        return lock;
    }

    private void restore() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(SUFFIX))
                    .toList()) {
                String name = file.getFileName().toString();
                segments.put(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), Files.size(file));
            }
        }
        long size = 0;
        for (long length : segments.values()) {
            size += length;
        }
        bytes = size;
        activeNumber = segments.isEmpty() ? 0 : segments.lastKey();
        readPosition();
        rewind();
        long found = 0;
        for (SpoolRecord entry; (entry = readNext()) != null; ) {
            found++;
            if (oldest < 0) {
                oldest = entry.timestamp();
            }
        }
        records = found;
        unread = found;
        rewind();
        if (found == 0) {
            removeAll();
        }
    }

    /** Records that wait, read or not. */
    public long records() {
        return records;
    }

    /** Records that wait and have not been read since the last {@link #rewind}. */
    public long unread() {
        return unread;
    }

    /** What the files take. */
    public long bytes() {
        return bytes;
    }

    /** Whether a record of this length may still be appended. */
    public boolean hasRoomFor(int valueBytes) {
        return bytes + SEGMENT_HEADER_BYTES + RecordFormat.HEADER_BYTES + valueBytes <= maxBytes;
    }

    /** Timestamp of the oldest record that waits, or -1 when none does. */
    public long oldest() {
        return oldest;
    }

    /** A record to append. */
    @SuppressWarnings("ArrayRecordComponent") // handed on and never compared
    public record Append(long timestamp, byte[] value) {}

    /**
     * Appends some records, all or none, and returns once they are on the disk.
     *
     * @throws SpoolFullException when there is no room for them
     * @throws IOException when they could not be written; then none of them counts, although a copy may turn up again
     */
    public void append(List<Append> batch) throws IOException {
        int size = 0;
        for (Append record : batch) {
            size += RecordFormat.sizeOf(record.value());
        }
        if (bytes + SEGMENT_HEADER_BYTES + size > maxBytes) {
            throw new SpoolFullException(size + " bytes more than the spool's " + maxBytes);
        }
        FileChannel channel = active;
        if (channel == null || segments.getOrDefault(activeNumber, 0L) >= segmentBytes) {
            channel = beginSegment();
        }
        long end = segments.getOrDefault(activeNumber, 0L);
        ByteBuffer buffer = buffer(size);
        for (Append record : batch) {
            RecordFormat.write(buffer, record.timestamp(), record.value());
        }
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer, end + buffer.position());
            }
            channel.force(false);
        } catch (IOException e) {
            // What a failed write or fsync left behind is not known: never write behind it again.
            abandon(channel, end);
            throw e;
        }
        segments.put(activeNumber, end + size);
        bytes += size;
        records += batch.size();
        unread += batch.size();
        if (records == batch.size()) {
            oldest = batch.getFirst().timestamp();
        }
    }

    private ByteBuffer buffer(int size) {
        if (writeBuffer.capacity() < size) {
            writeBuffer = ByteBuffer.allocateDirect(size);
        } else if (writeBuffer.capacity() > WRITE_BYTES && size <= WRITE_BYTES) {
            writeBuffer = ByteBuffer.allocateDirect(WRITE_BYTES);
        }
        return writeBuffer.clear();
    }

    private FileChannel beginSegment() throws IOException {
        closeActive();
        long number = activeNumber + 1;
        Path file = file(number);
        var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            ByteBuffer mark = ByteBuffer.allocate(SEGMENT_HEADER_BYTES).putLong(0, SEGMENT_MARK);
            while (mark.hasRemaining()) {
                channel.write(mark, mark.position());
            }
            channel.force(true);
            syncFolder();
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(file);
            throw e;
        }
        activeNumber = number;
        active = channel;
        segments.put(number, (long) SEGMENT_HEADER_BYTES);
        bytes += SEGMENT_HEADER_BYTES;
        return channel;
    }

    private void abandon(FileChannel channel, long end) {
        try (channel) {
            channel.truncate(end);
        } catch (IOException e) {
            // The disk is in trouble; the length we remember keeps readers from what lies behind.
        }
        active = null;
    }

    /** The next record in order, or null when all have been read. */
    public @Nullable SpoolRecord next() throws IOException {
        SpoolRecord entry = unread == 0 ? null : readNext();
        if (entry == null) {
            // Fewer than were counted: some were set aside.
            records -= unread;
            unread = 0;
            if (records == 0 && !segments.isEmpty()) {
                removeAll();
            }
        } else {
            unread--;
            if (oldest < 0) {
                oldest = entry.timestamp();
            }
        }
        return entry;
    }

    private @Nullable SpoolRecord readNext() throws IOException {
        while (true) {
            Long limit = segments.get(readSegment);
            if (limit != null) {
                SegmentReader current = reader;
                if (current == null) {
                    current = new SegmentReader(file(readSegment), readSegment);
                    reader = current;
                }
                switch (current.read(readOffset, limit)) {
                    case Found.Good(SpoolRecord entry) -> {
                        readOffset = entry.end();
                        return entry;
                    }
                    case Found.Damage(long next) -> {
                        setAside(current, next, limit);
                        readOffset = next;
                        continue;
                    }
                    case Found.End() -> {}
                }
            }
            Long following = segments.higherKey(readSegment);
            if (following == null) {
                return null;
            }
            closeReader();
            readSegment = following;
            readOffset = SEGMENT_HEADER_BYTES;
        }
    }

    private void setAside(SegmentReader from, long next, long limit) throws IOException {
        Path place = folder.resolve("set-aside");
        Path copy = place.resolve("%020d-%d.bytes".formatted(readSegment, readOffset));
        long length = next - readOffset;
        if (!Files.exists(copy)) {
            if (setAsideBytes + length <= MAX_SET_ASIDE_BYTES) {
                Files.createDirectories(place);
                Files.write(copy, from.bytes(readOffset, next, MAX_SET_ASIDE_BYTES));
                setAsideBytes += length;
            }
            events.setAside(copy.getFileName().toString(), length, next == limit);
        }
    }

    /** Keeps bytes that nobody can use for a person to look at. */
    public void setAside(SpoolRecord entry) throws IOException {
        Path place = folder.resolve("set-aside");
        String name = "%020d-%d.value".formatted(entry.segment(), entry.offset());
        if (setAsideBytes + entry.value().length <= MAX_SET_ASIDE_BYTES) {
            Files.createDirectories(place);
            Files.write(place.resolve(name), entry.value());
            setAsideBytes += entry.value().length;
        }
        events.setAside(name, entry.value().length, false);
    }

    /** Begins reading again at the first record that has not been acknowledged. */
    public void rewind() throws IOException {
        closeReader();
        readSegment = ackSegment;
        readOffset = ackOffset;
        unread = records;
    }

    /**
     * Lets go of the records up to this one, which was the {@code count}-th after the last one let go.
     *
     * @param oldestLeft timestamp of the next one that waits; ignored when none does
     */
    public void acknowledge(SpoolRecord last, int count, long oldestLeft) throws IOException {
        ackSegment = last.segment();
        ackOffset = last.end();
        records -= count;
        if (records == 0) {
            removeAll();
            return;
        }
        oldest = oldestLeft;
        while (!segments.isEmpty() && segments.firstKey() < ackSegment) {
            remove(segments.firstKey());
        }
        writePosition();
    }

    private void removeAll() throws IOException {
        closeReader();
        closeActive();
        while (!segments.isEmpty()) {
            remove(segments.firstKey());
        }
        ackSegment = activeNumber + 1;
        ackOffset = SEGMENT_HEADER_BYTES;
        readSegment = ackSegment;
        readOffset = ackOffset;
        unread = 0;
        oldest = -1;
        writePosition();
    }

    private void remove(long number) throws IOException {
        Long length = segments.remove(number);
        Files.deleteIfExists(file(number));
        bytes -= length == null ? 0 : length;
    }

    /** Not forced to the disk: an old position only means that some records are read again. */
    private void writePosition() throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(POSITION_BYTES).putLong(ackSegment).putLong(ackOffset);
        buffer.putInt(positionCrc(buffer)).flip();
        while (buffer.hasRemaining()) {
            positionFile.write(buffer, buffer.position());
        }
    }

    private void readPosition() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(POSITION_BYTES);
        while (buffer.hasRemaining() && positionFile.read(buffer, buffer.position()) > 0) {
            // until it is full or the file ends
        }
        boolean good = !buffer.hasRemaining() && buffer.getInt(16) == positionCrc(buffer);
        ackSegment = good ? buffer.getLong(0) : 0;
        ackOffset = good ? buffer.getLong(8) : SEGMENT_HEADER_BYTES;
        // Numbers only grow, also when all files are gone: an old position must never point into a new file.
        activeNumber = Math.max(activeNumber, ackSegment);
        Map.Entry<Long, Long> first = segments.firstEntry();
        if (first != null && !segments.containsKey(ackSegment)) {
            ackSegment = first.getKey();
            ackOffset = SEGMENT_HEADER_BYTES;
        }
    }

    private static int positionCrc(ByteBuffer buffer) {
        var crc = new CRC32C();
        crc.update(buffer.slice(0, 16));
        return (int) crc.getValue();
    }

    private Path file(long number) {
        return folder.resolve("%020d%s".formatted(number, SUFFIX));
    }

    private void syncFolder() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            // Not every file system lets a folder be forced; those that need it do.
        }
    }

    private void closeReader() throws IOException {
        SegmentReader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }

    private void closeActive() throws IOException {
        FileChannel channel = active;
        active = null;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        closeReader();
        closeActive();
        positionFile.close();
        lock.close();
        lockFile.close();
    }
}
