package io.rollcall.gateway.websocket;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one peer, bounded by bytes: so many may wait besides the longest message, because one that is
 * longer than that could be sent to nobody, however fast. One drainer at a time takes it out: whoever is told to schedule
 * one does so, and nobody else is told until that one has found the queue empty.
 */
final class OutboundQueue {

    /** As much as is joined in one frame. */
    static final int MAX_JOINED = 64;

    static final int MAX_JOINED_BYTES = 16 * 1024;

    private static final byte SEPARATOR = '\n';
    private static final int MANY = 256;

    /** What became of a message or a wish to close. */
    enum Taken {
        /** A drainer is on its way already. */
        QUEUED,
        /** The caller schedules a drainer. */
        SCHEDULE,
        /** There is no room: the queue is closed and what was in it is gone. A drainer is on its way already. */
        OVERFLOWED,
        /** It is closed; nothing was taken. */
        CLOSED
    }

    /** What a drainer is to do next. */
    sealed interface Next {

        /** Write these. */
        record Write(List<ByteBuffer> buffers, int messages, int bytes) implements Next {}

        /** Write this, which is the last. */
        record Close(ByteBuffer frame) implements Next {}

        /** Nothing: the drainer is dismissed. */
        record Rest(boolean closed) implements Next {}
    }

    private final int limit;
    private final int joined;
    private final Traffic traffic;
    private ArrayDeque<byte[]> messages = new ArrayDeque<>(2);
    private ArrayDeque<byte[]> controls = new ArrayDeque<>(0);
    private int bytes;
    private int longest;
    private int peak;
    private boolean draining;
    private byte @Nullable [] replaceable;
    private byte @Nullable [] closeFrame;
    private boolean closed;

    OutboundQueue(int limit, Traffic traffic) {
        this(limit, MAX_JOINED, traffic);
    }

    /**
     * Holds so many bytes.
     *
     * @param joined how many messages may be joined in one frame: one, where each frame is a message
     */
    OutboundQueue(int limit, int joined, Traffic traffic) {
        this.limit = limit;
        this.joined = joined;
        this.traffic = traffic;
    }

    /** Adds a message. */
    synchronized Taken offer(byte[] message, byte[] closeFrameIfFull) {
        if (closed) {
            return Taken.CLOSED;
        }
        int longestNow = Math.max(longest, message.length);
        if (bytes - waitingInPlace() + message.length - longestNow > limit) {
            discard();
            closed = true;
            closeFrame = closeFrameIfFull;
            return Taken.OVERFLOWED;
        }
        longest = longestNow;
        messages.add(message);
        grow(message.length);
        peak = Math.max(peak, messages.size());
        return schedule();
    }

    /** Adds a message in the place of the last one that was added so, if that still waits. It is never too long. */
    synchronized Taken offerInPlace(byte[] message) {
        if (closed) {
            return Taken.CLOSED;
        }
        byte[] before = replaceable;
        if (before != null && messages.remove(before)) {
            grow(-before.length);
        }
        replaceable = message;
        messages.add(message);
        grow(message.length);
        return schedule();
    }

    private int waitingInPlace() {
        byte[] waiting = replaceable;
        return waiting == null ? 0 : waiting.length;
    }

    private byte[] takeFirst() {
        byte[] message = messages.remove();
        if (Arrays.equals(message, replaceable)) {
            replaceable = null;
        } else if (message.length == longest) {
            longest = 0;
        }
        return message;
    }

    /** Adds a control frame, which goes before the messages; at most one waits. */
    synchronized Taken offerControl(byte[] frame) {
        if (closed) {
            return Taken.CLOSED;
        }
        controls.clear();
        controls.add(frame);
        return schedule();
    }

    /** Takes no more; the frame follows what is queued. */
    synchronized Taken close(byte[] frame) {
        if (closed) {
            return Taken.CLOSED;
        }
        closed = true;
        closeFrame = frame;
        return schedule();
    }

    /** Takes no more and forgets everything. */
    synchronized void abandon() {
        discard();
        closed = true;
        closeFrame = null;
    }

    /**
     * Takes out what goes in one frame.
     *
     * @param scratch where messages are joined; it has room for all that is joined and is handed out in the answer
     */
    synchronized Next next(ByteBuffer scratch) {
        if (!controls.isEmpty()) {
            return new Next.Write(List.of(ByteBuffer.wrap(controls.removeFirst())), 0, 0);
        }
        byte[] first = messages.peek();
        if (first == null) {
            return nothingQueued();
        }
        if (first.length > MAX_JOINED_BYTES) {
            var _ = takeFirst();
            grow(-first.length);
            scratch.clear();
            Frames.textHeader(scratch, first.length);
            return new Next.Write(List.of(scratch.flip(), ByteBuffer.wrap(first)), 1, first.length);
        }
        return join(scratch);
    }

    private Next join(ByteBuffer scratch) {
        int count = 0;
        int payload = 0;
        for (byte[] message : messages) {
            int more = message.length + (count == 0 ? 0 : 1);
            if (count == joined || payload + more > MAX_JOINED_BYTES) {
                break;
            }
            payload += more;
            count++;
        }
        scratch.clear();
        Frames.textHeader(scratch, payload);
        for (int i = 0; i < count; i++) {
            byte[] message = takeFirst();
            if (i > 0) {
                scratch.put(SEPARATOR);
            }
            scratch.put(message);
        }
        int taken = payload - (count - 1);
        grow(-taken);
        return new Next.Write(List.of(scratch.flip()), count, taken);
    }

    private Next nothingQueued() {
        byte[] last = closeFrame;
        if (last != null) {
            closeFrame = null;
            return new Next.Close(ByteBuffer.wrap(last));
        }
        draining = false;
        if (peak > MANY) {
            // A burst is over: an idle connection does not keep the room it took.
            messages = new ArrayDeque<>(2);
        }
        peak = 0;
        return new Next.Rest(closed);
    }

    /** How much waits. */
    synchronized int bytes() {
        return bytes;
    }

    private Taken schedule() {
        if (draining) {
            return Taken.QUEUED;
        }
        draining = true;
        return Taken.SCHEDULE;
    }

    private void discard() {
        messages = new ArrayDeque<>(0);
        controls = new ArrayDeque<>(0);
        replaceable = null;
        grow(-bytes);
    }

    private void grow(int change) {
        bytes += change;
        traffic.queued(change);
    }
}
