package io.rollcall.ingest.spool;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a record lies in a segment: a mark to find it again after damage, the length of the value, a CRC-32C over
 * everything that follows it and the length, a timestamp, the value. Big-endian.
 */
final class RecordFormat {

    static final int MARK = 0x52_43_53_31; // "RCS1"
    static final int HEADER_BYTES = 4 + 4 + 4 + 8;

    /** Longer than any webhook can be: what claims to be longer is damaged. */
    static final int MAX_VALUE_BYTES = 16 << 20;

    private static final int TIMESTAMP_AT = 12;

    private RecordFormat() {}

    static int sizeOf(byte[] value) {
        return HEADER_BYTES + value.length;
    }

    static void write(ByteBuffer to, long timestamp, byte[] value) {
        int start = to.position();
        to.putInt(MARK).putInt(value.length).putInt(0).putLong(timestamp).put(value);
        to.putInt(start + 8, crc(to, start, value.length));
    }

    /** CRC of a record that begins at {@code start} and of which all bytes are there. */
    static int crc(ByteBuffer record, int start, int length) {
        var crc = new CRC32C();
        crc.update(record.slice(start + 4, 4));
        crc.update(record.slice(start + TIMESTAMP_AT, 8 + length));
        return (int) crc.getValue();
    }
}
