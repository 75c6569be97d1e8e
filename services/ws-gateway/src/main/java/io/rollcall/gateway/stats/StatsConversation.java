package io.rollcall.gateway.stats;

import io.rollcall.gateway.connections.Conversation;
import io.rollcall.gateway.connections.PlainTransport;
import io.rollcall.gateway.connections.Timers.Timer;
import io.rollcall.gateway.protocol.Disconnect;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One client of {@code /ws/stream/stats}. It only listens: what it says is not looked at, but shows that it is there. */
final class StatsConversation implements Conversation, LiveStatistics.Listener {

    private final PlainTransport transport;
    private final StatsSockets sockets;
    private final Set<String> sources;
    private final @Nullable Instant expiresAt;
    private @Nullable Timer ping;
    private @Nullable Timer silence;
    private @Nullable Timer expiry;
    private boolean over;
    private volatile Instant heardAt;

    /**
     * Begins when its transport is open.
     *
     * @param sources the agencies it wants to hear of; empty: all
     * @param expiresAt when its token does no longer; null: never
     */
    StatsConversation(
            PlainTransport transport, StatsSockets sockets, Set<String> sources, @Nullable Instant expiresAt) {
        this.transport = transport;
        this.sockets = sockets;
        this.sources = sources;
        this.expiresAt = expiresAt;
        this.heardAt = sockets.now();
    }

    @Override
    public synchronized void opened() {
        if (over) {
            return;
        }
        sockets.opened(this);
        if (over) {
            // It goes while we come.
            return;
        }
        sockets.live().join(this, sources);
        ping = sockets.timers().after(sockets.ping(), this::ping);
        silence = sockets.timers().after(sockets.silence(), this::isItThere);
        if (expiresAt != null) {
            expiry =
                    sockets.timers().after(Duration.between(sockets.now(), expiresAt), () -> close(Disconnect.EXPIRED));
        }
    }

    @Override
    public boolean receive(byte[] bytes, int offset, int length) {
        return true;
    }

    @Override
    public void heard() {
        heardAt = sockets.now();
    }

    @Override
    public void drained() {}

    @Override
    public synchronized void closed() {
        if (!over) {
            over = true;
            sockets.live().leave(this, sources);
            sockets.closed(this);
            cancel(ping);
            cancel(silence);
            cancel(expiry);
        }
    }

    @Override
    public void tell(byte[] frame) {
        transport.send(frame);
    }

    @Override
    public void tellStatistics(byte[] frame) {
        transport.sendInPlace(frame);
    }

    void close(Disconnect reason) {
        closed();
        transport.close(reason);
    }

    private synchronized void ping() {
        if (!over) {
            transport.ping();
            ping = sockets.timers().after(sockets.ping(), this::ping);
        }
    }

    private synchronized void isItThere() {
        if (over) {
            return;
        }
        Duration left = sockets.silence().minus(Duration.between(heardAt, sockets.now()));
        if (left.isPositive()) {
            silence = sockets.timers().after(left, this::isItThere);
        } else {
            close(Disconnect.NO_PONG);
        }
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
