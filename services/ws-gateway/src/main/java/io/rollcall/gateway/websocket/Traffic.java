package io.rollcall.gateway.websocket;

import java.util.concurrent.atomic.LongAdder;

/** What all WebSocket connections send, counted. */
public final class Traffic {

    private final LongAdder open = new LongAdder();
    private final LongAdder ever = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private final LongAdder frames = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder queued = new LongAdder();
    private final LongAdder slow = new LongAdder();
    private final LongAdder cutOff = new LongAdder();

    void opened() {
        open.increment();
        ever.increment();
    }

    void ended() {
        open.decrement();
    }

    void queued(long change) {
        queued.add(change);
    }

    void sent(int messageCount, int byteCount) {
        messages.add(messageCount);
        frames.increment();
        bytes.add(byteCount);
    }

    void slowPeer() {
        slow.increment();
    }

    void cutOff() {
        cutOff.increment();
    }

    /** Connections whose socket is there. */
    public long open() {
        return open.sum();
    }

    /** Connections that there have been, those that are there among them. */
    public long everOpened() {
        return ever.sum();
    }

    /** Messages handed to the network. */
    public long messages() {
        return messages.sum();
    }

    /** Frames they were joined in. */
    public long frames() {
        return frames.sum();
    }

    /** Their bytes. */
    public long bytes() {
        return bytes.sum();
    }

    /** Bytes that wait in the queues. */
    public long queuedBytes() {
        return queued.sum();
    }

    /** Connections that were ended because their queue was full. */
    public long slowPeers() {
        return slow.sum();
    }

    /** Connections that were reset because they did not even take the close frame. */
    public long cutOffs() {
        return cutOff.sum();
    }
}
