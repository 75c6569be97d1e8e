package io.rollcall.gateway.websocket;

import io.rollcall.gateway.connections.Conversation;
import io.rollcall.gateway.connections.PlainTransport;
import io.rollcall.gateway.connections.Timers.Timer;
import io.rollcall.gateway.protocol.Disconnect;
import io.rollcall.gateway.websocket.Drainers.Drainer;
import io.rollcall.gateway.websocket.Drainers.Scratch;
import io.rollcall.gateway.websocket.OutboundQueue.Next;
import io.rollcall.gateway.websocket.OutboundQueue.Taken;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.net.SocketWrapperBase.BlockingMode;
import org.apache.tomcat.util.net.SocketWrapperBase.CompletionState;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket on a socket that Tomcat has handed over, in the way of Tomcat's own WebSocket: Tomcat's poller says when
 * there is something to read and finishes writes that the network did not take at once. Reads use a buffer of the thread,
 * writes one of the drainer, so that an idle connection holds neither.
 */
public final class WebSocketConnection
        implements InternalHttpUpgradeHandler,
                PlainTransport,
                FrameReader.Sink,
                Drainers.Source,
                CompletionHandler<Long, @Nullable Void> {

    private static final int NORMAL = 1000;
    private static final int FRAMES_IN_A_ROW = 8;
    private static final byte[] NOTHING = {};
    private static final ThreadLocal<ByteBuffer> READ_BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(16384));

    private @Nullable WebSocketEndpoint shared;
    private @Nullable Conversation conversation;
    private @Nullable SocketWrapperBase<?> socket;
    private @Nullable FrameReader reader;
    private @Nullable OutboundQueue queue;
    private @Nullable Drainer drainer;

    private byte[] unread = NOTHING;
    private boolean deaf;
    private volatile boolean counted;
    private volatile boolean peerClosed;
    private volatile boolean closeSent;
    private volatile @Nullable Timer deadline;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Tomcat makes it. */
    public WebSocketConnection() {}

    /**
     * Tells what to serve and how; comes before everything else.
     *
     * @param joined how many messages may be joined in one frame
     * @param opens what goes on over it
     */
    public void serve(WebSocketEndpoint endpoint, int joined, Function<PlainTransport, Conversation> opens) {
        shared = endpoint;
        reader = new FrameReader(endpoint.settings().maxMessage());
        queue = new OutboundQueue(endpoint.settings().queue(), joined, endpoint.traffic());
        drainer = endpoint.drainers().assign();
        conversation = opens.apply(this);
    }

    // What Tomcat calls

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        socket = wrapper;
    }

    @Override
    public void setSslSupport(SSLSupport sslSupport) {}

    @Override
    public void init(WebConnection connection) {
        counted = true;
        shared().traffic().opened();
        conversation().opened();
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        return switch (event) {
            case OPEN_READ -> readAll();
            case OPEN_WRITE -> SocketState.UPGRADED;
            case STOP, DISCONNECT, TIMEOUT, ERROR, CONNECT_FAIL -> {
                finished();
                yield SocketState.CLOSED;
            }
        };
    }

    @Override
    public void timeoutAsync(long now) {}

    @Override
    public void pause() {}

    @Override
    public void destroy() {
        finished();
    }

    // Reading

    private SocketState readAll() {
        ByteBuffer buffer = READ_BUFFER.get();
        try {
            if (!readRemainder()) {
                return SocketState.SUSPENDED;
            }
            while (!over.get()) {
                buffer.clear();
                int count = socket().read(false, buffer);
                if (count == 0) {
                    return SocketState.UPGRADED;
                }
                buffer.flip();
                conversation().heard();
                if (!deaf && !reader().read(buffer, this)) {
                    unread = rest(buffer);
                    return SocketState.SUSPENDED;
                }
            }
        } catch (FrameReader.Violation violation) {
            return violated(violation);
        } catch (IOException e) {
            finished();
        }
        return SocketState.CLOSED;
    }

    private boolean readRemainder() throws FrameReader.Violation {
        if (unread.length == 0) {
            return true;
        }
        ByteBuffer rest = ByteBuffer.wrap(unread);
        unread = NOTHING;
        if (reader().read(rest, this)) {
            return true;
        }
        unread = rest(rest);
        return false;
    }

    private static byte[] rest(ByteBuffer buffer) {
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return rest;
    }

    /**
     * What follows a broken rule is taken from the network and not looked at: a socket that is closed with something
     * unread in it would take the reason away from the peer.
     */
    private SocketState violated(FrameReader.Violation violation) {
        deaf = true;
        conversation().closed();
        String reason = violation.code() == FrameReader.TOO_BIG ? "message size limit" : "";
        end(queue().close(Frames.close(violation.code(), reason)));
        return readAll();
    }

    @Override
    public boolean message(byte[] bytes, int offset, int length) {
        return conversation().receive(bytes, offset, length);
    }

    @Override
    public void ping(byte[] payload) {
        offered(queue().offerControl(Frames.pong(payload)));
    }

    @Override
    public void close(int code) {
        deaf = true;
        peerClosed = true;
        conversation().closed();
        Taken taken = queue().close(Frames.close(code == FrameReader.NO_STATUS ? NORMAL : code, ""));
        if (taken == Taken.CLOSED && closeSent) {
            finished();
            closeSocket();
        } else {
            end(taken);
        }
    }

    @Override
    public void resume() {
        socket().processSocket(SocketEvent.OPEN_READ, true);
    }

    // Writing

    @Override
    public void send(byte[] message) {
        offered(queue().offer(message, tooSlow()));
    }

    @Override
    public void sendInPlace(byte[] message) {
        offered(queue().offerInPlace(message));
    }

    @Override
    public void ping() {
        offered(queue().offerControl(Frames.ping()));
    }

    private static byte[] tooSlow() {
        return Frames.close(Disconnect.SLOW.code(), Disconnect.SLOW.reason());
    }

    private void offered(Taken taken) {
        switch (taken) {
            case QUEUED, CLOSED -> {}
            case SCHEDULE -> drainer().schedule(this);
            case OVERFLOWED -> slow();
        }
    }

    @Override
    public void close(Disconnect reason) {
        end(queue().close(Frames.close(reason.code(), reason.reason())));
    }

    private void slow() {
        shared().traffic().slowPeer();
        startDeadline();
        // The caller may hold the lock of a stream: leaving the streams is for another thread.
        shared().context().timers().after(Duration.ZERO, conversation()::closed);
    }

    private void end(Taken taken) {
        switch (taken) {
            case SCHEDULE -> {
                startDeadline();
                drainer().schedule(this);
            }
            case QUEUED -> startDeadline();
            case CLOSED, OVERFLOWED -> {}
        }
    }

    @Override
    public boolean drain(Scratch scratch) {
        for (int i = 0; i < FRAMES_IN_A_ROW; i++) {
            switch (queue().next(scratch.buffer())) {
                case Next.Write(var buffers, int messages, int bytes) -> {
                    shared().traffic().sent(messages, bytes);
                    if (!write(scratch, buffers.toArray(ByteBuffer[]::new))) {
                        return false;
                    }
                }
                case Next.Close(ByteBuffer frame) -> {
                    closeSent = true;
                    if (!write(scratch, frame)) {
                        return false;
                    }
                }
                case Next.Rest(boolean closed) -> {
                    rest(closed);
                    return false;
                }
            }
        }
        return true;
    }

    private void rest(boolean closed) {
        if (!closed) {
            conversation().drained();
        } else if (peerClosed) {
            finished();
            closeSocket();
        } else {
            linger();
        }
    }

    /** Whether it was written at once; otherwise the completion schedules the next turn, or the connection is gone. */
    private boolean write(Scratch scratch, ByteBuffer... buffers) {
        if (over.get()) {
            return false;
        }
        CompletionState state = socket().write(
                        BlockingMode.NON_BLOCK,
                        -1,
                        TimeUnit.MILLISECONDS,
                        null,
                        SocketWrapperBase.COMPLETE_WRITE,
                        this,
                        buffers);
        if (state == CompletionState.INLINE) {
            return true;
        }
        scratch.giveAway();
        return false;
    }

    @Override
    public void completed(Long count, @Nullable Void nothing) {
        drainer().schedule(this);
    }

    @Override
    public void failed(Throwable cause, @Nullable Void nothing) {
        shared().context().timers().after(Duration.ZERO, () -> {
            finished();
            closeSocket();
        });
    }

    // Ending

    private void startDeadline() {
        deadline = shared().context().timers().after(shared().settings().closeWithin(), this::cutOff);
    }

    /** The close frame is with the peer: it may say goodbye too. */
    private void linger() {
        Timer before = deadline;
        if (before != null) {
            before.cancel();
        }
        deadline = shared().context().timers().after(shared().settings().lingerFor(), () -> {
            finished();
            closeSocket();
        });
    }

    /** The peer has not taken the close frame: the kernel is not to go on trying. */
    private void cutOff() {
        if (over.get()) {
            return;
        }
        shared().traffic().cutOff();
        finished();
        if (socket().getSocket() instanceof NioChannel channel) {
            try {
                channel.getIOChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException | UnsupportedOperationException e) {
                // It is gone already.
            }
        }
        closeSocket();
    }

    private void finished() {
        if (over.compareAndSet(false, true)) {
            Timer last = deadline;
            if (last != null) {
                last.cancel();
            }
            queue().abandon();
            if (counted) {
                shared().traffic().ended();
            }
            conversation().closed();
        }
    }

    private void closeSocket() {
        socket().close();
    }

    private WebSocketEndpoint shared() {
        return Objects.requireNonNull(shared);
    }

    private Conversation conversation() {
        return Objects.requireNonNull(conversation);
    }

    private SocketWrapperBase<?> socket() {
        return Objects.requireNonNull(socket);
    }

    private FrameReader reader() {
        return Objects.requireNonNull(reader);
    }

    private OutboundQueue queue() {
        return Objects.requireNonNull(queue);
    }

    private Drainer drainer() {
        return Objects.requireNonNull(drainer);
    }
}
