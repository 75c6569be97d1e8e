package io.rollcall.gateway.protocol;

import java.util.List;

/** A way to put the protocol into bytes. A connection keeps the one it was opened with. */
public interface Encoding {

    /** The commands of one incoming message; never empty and never fails, see {@link Command.Malformed}. */
    List<Command> decode(byte[] bytes, int offset, int length);

    /** One outgoing message, ready to be joined with others. */
    byte[] encode(Reply reply);
}
