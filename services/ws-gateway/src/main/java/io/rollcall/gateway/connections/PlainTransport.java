package io.rollcall.gateway.connections;

/** A transport for peers that know nothing but the messages themselves. */
public interface PlainTransport extends Transport {

    /** Queues a message in the place of the last one that was queued so, if that still waits. */
    void sendInPlace(byte[] message);

    /** Asks whether the peer is there; it answers by itself. */
    void ping();
}
