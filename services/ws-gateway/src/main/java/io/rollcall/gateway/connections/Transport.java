package io.rollcall.gateway.connections;

import io.rollcall.gateway.protocol.Disconnect;

/**
 * What carries a connection: it owns the outbound queue and the only thread that writes. No method waits for the
 * network, and each may be called from any thread.
 */
public interface Transport {

    /** Queues one message. A queue that is full ends the connection with {@link Disconnect#SLOW}. */
    void send(byte[] message);

    /** Sends what is queued and then closes; a peer that does not take it in time is cut off. */
    void close(Disconnect reason);

    /** Takes up again the reading that {@link ClientConnection#receive} put on hold. */
    void resume();
}
