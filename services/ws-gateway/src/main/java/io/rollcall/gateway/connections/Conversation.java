package io.rollcall.gateway.connections;

/** What goes on over a connection, whatever carries it. */
public interface Conversation {

    /** The transport is open. */
    void opened();

    /**
     * Takes one message.
     *
     * @return false when the client has to wait: the transport reads no further until it is resumed
     */
    boolean receive(byte[] bytes, int offset, int length);

    /** Something has come from the peer, be it only an answer to a ping. */
    default void heard() {}

    /** The transport has sent everything that was queued. */
    void drained();

    /** The transport is gone. */
    void closed();
}
