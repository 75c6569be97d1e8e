package io.rollcall.gateway.channels;

import io.rollcall.gateway.protocol.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is given, and knows how it ended. */
public class RecordingSubscriber implements Subscriber {

    private final Encoding encoding;
    private final List<String> got = new CopyOnWriteArrayList<>();
    private final Set<String> agencies;
    private volatile boolean interrupted;
    private volatile boolean forbidden;

    /** May read everything. */
    public RecordingSubscriber(Encoding encoding) {
        this(encoding, Set.of());
    }

    /** May read of these agencies; empty: everything. */
    public RecordingSubscriber(Encoding encoding, Set<String> agencies) {
        this.encoding = encoding;
        this.agencies = agencies;
    }

    /** The messages as they were encoded, in order. */
    public final List<String> got() {
        return got;
    }

    public final boolean isInterrupted() {
        return interrupted;
    }

    public final boolean isForbidden() {
        return forbidden;
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
        return agencies.isEmpty() || agencies.contains(agency);
    }

    @Override
    public final void forbidden(Subscription ended) {
        forbidden = true;
    }

    @Override
    public final void interrupted(Subscription ended) {
        interrupted = true;
    }
}
