package io.rollcall.gateway.channels;

import io.rollcall.gateway.protocol.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** May read everything; keeps what it is given, and knows how it ended. */
public class RecordingSubscriber implements Subscriber {

    private final Encoding encoding;
    private final List<String> got = new CopyOnWriteArrayList<>();
    private volatile boolean interrupted;

    /** Has nothing yet. */
    public RecordingSubscriber(Encoding encoding) {
        this.encoding = encoding;
    }

    /** The messages as they were encoded, in order. */
    public final List<String> got() {
        return got;
    }

    public final boolean isInterrupted() {
        return interrupted;
    }

    @Override
    public final Encoding encoding() {
        return encoding;
    }

    @Override
    public final void deliver(byte[] message) {
        got.add(new String(message, StandardCharsets.UTF_8));
    }

    @Override
    public final boolean mayRead(String agency) {
        return true;
    }

    @Override
    public final void forbidden(Subscription ended) {
        throw new AssertionError("it may read everything");
    }

    @Override
    public final void interrupted(Subscription ended) {
        interrupted = true;
    }
}
