package io.rollcall.ingest.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.ingest.webhooks.domain.BodyScanner;
import io.rollcall.ingest.webhooks.domain.Scan;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as it lies in the spool: the webhook itself, not its Avro form, so that neither the registry nor a change
 * of the schema while it waits matters. The fields are read from the payload again when it leaves.
 */
final class DeliveryFormat {

    private static final byte VERSION = 1;
    private static final byte EVENT = 0;
    private static final byte UNREADABLE = 1;
    private static final int ABSENT = -1;

    private DeliveryFormat() {}

    static byte[] write(Delivery delivery) {
        byte kind;
        byte[] cause;
        byte @Nullable [] payload;
        switch (delivery.scan()) {
            case Scan.Event(var webhook) -> {
                kind = EVENT;
                cause = new byte[0];
                payload = webhook.payload();
            }
            case Scan.Unreadable(var why, var what) -> {
                kind = UNREADABLE;
                cause = why.getBytes(UTF_8);
                payload = what;
            }
        }
        byte[] apiKey = delivery.apiKey().getBytes(UTF_8);
        byte[] correlationId = delivery.correlationId().getBytes(UTF_8);
        String trace = delivery.traceparent();
        byte[] traceparent = trace == null ? null : trace.getBytes(UTF_8);
        ByteBuffer to = ByteBuffer.allocate(2
                + 3 * Long.BYTES
                + sizeOf(apiKey)
                + sizeOf(correlationId)
                + sizeOf(traceparent)
                + sizeOf(cause)
                + sizeOf(payload));
        to.put(VERSION).put(kind);
        to.putLong(delivery.id().getMostSignificantBits())
                .putLong(delivery.id().getLeastSignificantBits())
                .putLong(delivery.receivedAtMillis());
        put(to, apiKey);
        put(to, correlationId);
        put(to, traceparent);
        put(to, cause);
        put(to, payload);
        return to.array();
    }

    /** The delivery, or nothing when it was written by another version of this class. */
    static Optional<Delivery> read(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        try {
            if (from.get() != VERSION) {
                return Optional.empty();
            }
            byte kind = from.get();
            var id = new UUID(from.getLong(), from.getLong());
            long receivedAt = from.getLong();
            String apiKey = text(from);
            String correlationId = text(from);
            byte[] traceparent = get(from);
            String cause = text(from);
            byte[] payload = get(from);
            Scan scan =
                    kind == EVENT && payload != null ? BodyScanner.scan(payload) : new Scan.Unreadable(cause, payload);
            return Optional.of(new Delivery(
                    id,
                    receivedAt,
                    apiKey,
                    correlationId,
                    traceparent == null ? null : new String(traceparent, UTF_8),
                    scan));
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            return Optional.empty();
        }
    }

    private static int sizeOf(byte @Nullable [] bytes) {
        return Integer.BYTES + (bytes == null ? 0 : bytes.length);
    }

    private static void put(ByteBuffer to, byte @Nullable [] bytes) {
        if (bytes == null) {
            to.putInt(ABSENT);
        } else {
            to.putInt(bytes.length).put(bytes);
        }
    }

    private static byte @Nullable [] get(ByteBuffer from) {
        int length = from.getInt();
        if (length == ABSENT) {
            return null;
        }
        if (length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer from) {
        byte[] bytes = get(from);
        return bytes == null ? "" : new String(bytes, UTF_8);
    }
}
