package io.rollcall.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/**
 * Reservation ids: UUIDs of version 8 whose first 16 bits are the partition of {@code quota-commands} that decides about
 * them, so that a release, a heartbeat or a renewal finds its decider with nothing but the id.
 */
public final class ReservationIds {

    private static final int BYTES = 16;
    private static final int MAX_PARTITION = 0xffff;
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    private ReservationIds() {}

    /**
     * The id that these bits make in this partition.
     *
     * @param partition of the agency, see {@link #partitionOf(String, int)}
     * @param bits 16 bytes, from a secure random source or a keyed digest; 106 bits of them are used
     */
    public static String of(int partition, byte[] bits) {
        if (partition < 0 || partition > MAX_PARTITION) {
            throw new IllegalArgumentException("a partition is 0 to " + MAX_PARTITION + ": " + partition);
        }
        if (bits.length != BYTES) {
            throw new IllegalArgumentException("an id is made of " + BYTES + " bytes");
        }
        ByteBuffer given = ByteBuffer.wrap(bits);
        long high = ((long) partition << 48) | (given.getLong() & 0x0000_ffff_ffff_0fffL) | 0x8000L;
        long low = (given.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** The partition that an id carries; empty for what is no reservation id. */
    public static OptionalInt partition(String reservationId) {
        return ID.matcher(reservationId).matches()
                ? OptionalInt.of(Integer.parseInt(reservationId, 0, 4, 16))
                : OptionalInt.empty();
    }

    /** Where an agency is decided: the same as what every Kafka producer makes of the key. */
    public static int partitionOf(String agency, int partitions) {
        return Utils.toPositive(Utils.murmur2(agency.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
