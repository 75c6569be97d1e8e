package io.rollcall.gateway.channels.domain;

/** One message of a stream. Its bytes are shared by everybody it is sent to and never changed. */
public final class Publication {

    private static final int OVERHEAD = 64;

    private final long offset;
    private final byte[] data;
    private final long arrivedAtMs;

    /**
     * @param offset its position; larger than that of its predecessor, not always by one; 0 where the stream
     *     has no positions
     * @param data JSON without line breaks
     * @param arrivedAtMs when this instance took it, 0 when it was there before the instance started
     */
    public Publication(long offset, byte[] data, long arrivedAtMs) {
        this.offset = offset;
        this.data = data;
        this.arrivedAtMs = arrivedAtMs;
    }

    public long offset() {
        return offset;
    }

    public byte[] data() {
        return data;
    }

    public long arrivedAtMs() {
        return arrivedAtMs;
    }

    /** What it costs to keep. */
    public int bytes() {
        return data.length + OVERHEAD;
    }
}
