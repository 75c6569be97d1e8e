package io.rollcall.quota.leases.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of what an agency has, in an order: the agency after its length, so that none is the beginning of another one,
 * then the number or the time that sorts.
 */
final class StoreKeys {

    private StoreKeys() {}

    static Bytes decision(String agency, long sequence) {
        return key(agency, sequence, "");
    }

    /** Leases sort by the time of their grant. */
    static Bytes lease(String agency, Instant grantedAt, String reservationId) {
        return key(agency, grantedAt.toEpochMilli(), reservationId);
    }

    static Bytes firstLease(String agency) {
        return key(agency, 0, "");
    }

    static Bytes afterLastLease(String agency) {
        return key(agency, Long.MAX_VALUE, "");
    }

    static String reservationId(Bytes lease) {
        byte[] bytes = lease.get();
        int start = Integer.BYTES + ByteBuffer.wrap(bytes).getInt() + Long.BYTES;
        return new String(bytes, start, bytes.length - start, UTF_8);
    }

    /** A camera's key on its topic. */
    static String camera(String agency, String cameraId) {
        return encoded(agency) + "/" + encoded(cameraId);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static Bytes key(String agency, long number, String rest) {
        byte[] name = agency.getBytes(UTF_8);
        byte[] tail = rest.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + name.length + Long.BYTES + tail.length)
                .putInt(name.length)
                .put(name)
                .putLong(number)
                .put(tail)
                .array());
    }
}
