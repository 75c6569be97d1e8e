package io.rollcall.gateway.channels;

import io.rollcall.gateway.protocol.Encoding;

/** Who a stream delivers to. Called while the stream is locked: it takes what it is given and does nothing else. */
public interface Subscriber {

    /** How it wants publications to be written. */
    Encoding encoding();

    /** Takes a publication that was encoded for it; never waits. */
    void deliver(byte[] message);

    /** Whether it may read of an agency, where it was not let in by a token for this very channel. */
    boolean mayRead(String agency);

    /** The stream has ended the subscription: it is about an agency now that the subscriber may not read of. */
    void forbidden(Subscription subscription);

    /** The stream went on without it: what it would be given next is not what follows what it has. */
    void interrupted(Subscription subscription);
}
