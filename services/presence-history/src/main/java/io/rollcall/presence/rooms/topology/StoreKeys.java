package io.rollcall.presence.rooms.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the stores. Names from LiveKit hold anything, so text inside a key is preceded by its length: a prefix is
 * then exactly one room or one session. Numbers are big-endian and never negative, so that they sort.
 */
public final class StoreKeys {

    private static final long DAY_MS = 86_400_000;

    private StoreKeys() {}

    /** A room by its key. */
    public static Bytes room(String roomKey) {
        return Bytes.wrap(roomKey.getBytes(UTF_8));
    }

    /** A session by its sid. */
    public static Bytes session(String roomSid) {
        return Bytes.wrap(roomSid.getBytes(UTF_8));
    }

    /** A session by the time it began. */
    public static Bytes sessionAt(Instant createdAt, String roomSid) {
        byte[] sid = roomSid.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + sid.length)
                .putLong(Math.max(0, createdAt.toEpochMilli()))
                .put(sid)
                .array());
    }

    /** The first possible key of the sessions that began at this time. */
    public static Bytes sessionsAt(Instant createdAt) {
        return sessionAt(createdAt, "");
    }

    /** The sid in a key by time. */
    public static String sidOf(Bytes sessionAt) {
        byte[] key = sessionAt.get();
        return new String(key, Long.BYTES, key.length - Long.BYTES, UTF_8);
    }

    /** What belongs to a session: a participant or a track by its sid. */
    public static Bytes inSession(String roomSid, String sid) {
        return prefixed(roomSid, sid.getBytes(UTF_8));
    }

    /** What all keys of a session begin with. */
    public static Bytes ofSession(String roomSid) {
        return prefixed(roomSid, new byte[0]);
    }

    /** An event of a room by its position. */
    public static Bytes event(String roomKey, long position) {
        return prefixed(
                roomKey, ByteBuffer.allocate(Long.BYTES).putLong(position).array());
    }

    /** A LiveKit event id by the day it was seen on. */
    public static Bytes eventId(long day, String eventId) {
        byte[] id = eventId.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + id.length)
                .putInt((int) day)
                .put(id)
                .array());
    }

    /** The first possible key of a day. */
    public static Bytes day(long day) {
        return eventId(day, "");
    }

    /** The day of a record timestamp. */
    public static long dayOf(long timestamp) {
        return Math.max(0, timestamp) / DAY_MS;
    }

    /** A poll by the time and the offset of its record. */
    static Bytes observation(long timestamp, long offset) {
        return Bytes.wrap(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(Math.max(0, timestamp))
                .putLong(offset)
                .array());
    }

    /** The time in the key of a poll. */
    static long timestampOf(Bytes observation) {
        return ByteBuffer.wrap(observation.get()).getLong();
    }

    /** The offset in the key of a poll. */
    static long offsetOf(Bytes observation) {
        return ByteBuffer.wrap(observation.get()).getLong(Long.BYTES);
    }

    private static Bytes prefixed(String text, byte[] rest) {
        byte[] bytes = text.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + bytes.length + rest.length)
                .putInt(bytes.length)
                .put(bytes)
                .put(rest)
                .array());
    }
}
