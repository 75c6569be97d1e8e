package io.rollcall.kit.decider;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Keys of a time and an id that sort by their time. */
final class TimeKeys {

    private TimeKeys() {}

    /** Times are after 1970, so that their bytes sort as they do. */
    static Bytes key(long time, String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(time)
                .put(text)
                .array());
    }

    static String id(Bytes key) {
        return new String(key.get(), Long.BYTES, key.get().length - Long.BYTES, StandardCharsets.UTF_8);
    }

    static List<Bytes> upTo(StoreSection.Reader<Bytes, byte[]> times, long now, int atMost) {
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> due = times.range(key(0, ""), key(now + 1, ""))) {
            while (due.hasNext() && keys.size() < atMost) {
                keys.add(due.next().key);
            }
        }
        return keys;
    }
}
