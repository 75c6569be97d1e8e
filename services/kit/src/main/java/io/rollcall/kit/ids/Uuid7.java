package io.rollcall.kit.ids;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * UUIDs of version 7 (RFC 9562): the first 48 bits are a time in milliseconds, so that they sort by it. New ones grow
 * within a generator, also within a millisecond and when its clock goes back. Derived ones depend on their arguments
 * alone, so that a replay gives the same.
 */
public final class Uuid7 {

    private static final long MAX_MILLIS = (1L << 48) - 1;
    /** A new millisecond begins in the lower half of its counter, which leaves room to count up. */
    private static final int COUNTER_START_BITS = 11;

    private static final int COUNTER_END = 1 << 12;

    private final InstantSource clock;
    private final RandomGenerator random;
    private long lastMillis;
    private int counter;

    /** Takes time and chance from these. */
    public Uuid7(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new one, greater than all before it. */
    public UUID next() {
        long millis;
        int count;
        long low;
        synchronized (this) {
            long now = clock.millis();
            if (now > lastMillis) {
                lastMillis = now;
                counter = random.nextInt(1 << COUNTER_START_BITS);
            } else if (++counter == COUNTER_END) {
                lastMillis++;
                counter = 0;
            }
            millis = lastMillis;
            count = counter;
            low = random.nextLong();
        }
        return assemble(millis, count, low);
    }

    /** The one of a record in a topic, and of the nth thing that came of it. */
    public static UUID ofRecord(Instant at, String topic, int partition, long offset, int n) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        return derived(
                at,
                ByteBuffer.allocate(name.length + Integer.BYTES + Long.BYTES + Integer.BYTES)
                        .put(name)
                        .putInt(partition)
                        .putLong(offset)
                        .putInt(n)
                        .array());
    }

    /** The one of a time and a seed, which together say what it stands for. */
    public static UUID derived(Instant at, String seed) {
        return derived(at, seed.getBytes(StandardCharsets.UTF_8));
    }

    private static UUID derived(Instant at, byte[] seed) {
        ByteBuffer hash = ByteBuffer.wrap(sha256(seed));
        return assemble(at.toEpochMilli(), hash.getShort() & 0xfff, hash.getLong());
    }

    /** The time that one carries. */
    public static Instant instant(UUID id) {
        if (id.version() != 7) {
            throw new IllegalArgumentException("not a UUID of version 7: " + id);
        }
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    private static UUID assemble(long millis, int twelveBits, long sixtyTwoBits) {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new IllegalArgumentException("no UUID of version 7 has this time: " + millis);
        }
        return new UUID(
                (millis << 16) | 0x7000L | twelveBits,
                (sixtyTwoBits & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L);
    }

    private static byte[] sha256(byte[] seed) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(seed);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
