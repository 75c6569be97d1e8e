package io.rollcall.bench.live;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber of one channel that does as little as possible: it notes when each frame came and looks at what is in it
 * only afterwards. It answers pings as the protocol asks.
 */
final class FeedClient implements AutoCloseable {

    /** A ping, and the answer to it. */
    static final String PING = "{}";

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final WebSocket socket;
    private final Frames frames;

    /** What came in one frame, and when by {@link System#nanoTime}. */
    record Frame(long at, String text) {}

    private FeedClient(WebSocket socket, Frames frames) {
        this.socket = socket;
        this.frames = frames;
    }

    /** Connects, subscribes, and returns once the subscription was answered. */
    static FeedClient subscribe(HttpClient http, URI gateway, String channel)
            throws InterruptedException, TimeoutException {
        var frames = new Frames();
        try {
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(gateway, frames)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            socket.sendText(
                            "{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\"}}",
                            true)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            frames.subscribed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return new FeedClient(socket, frames);
        } catch (ExecutionException e) {
            throw new IllegalStateException(gateway + " does not let us subscribe to " + channel, e.getCause());
        }
    }

    /** Takes the frames that came since the last call. */
    List<Frame> take() {
        return frames.take();
    }

    /** How many publications have come since the beginning. */
    long lines() {
        return frames.lines.get();
    }

    /** Why the connection ended; null while it lasts. */
    @Nullable
    String ended() {
        return frames.ended;
    }

    @Override
    public void close() {
        socket.abort();
    }

    private static final class Frames implements WebSocket.Listener {

        private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
        private final StringBuilder partial = new StringBuilder();
        private List<Frame> taken = new ArrayList<>();
        private final AtomicLong lines = new AtomicLong();
        private volatile @Nullable String ended;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            long at = System.nanoTime();
            socket.request(1);
            partial.append(data);
            if (!last) {
                return null;
            }
            String text = partial.toString();
            partial.setLength(0);
            take(at, text);
            // A ping may share its frame with publications.
            return pings(text) > 0 ? socket.sendText(PING, true) : null;
        }

        private static long pings(String text) {
            return text.lines().filter(PING::equals).count();
        }

        private void take(long at, String text) {
            if (!subscribed.isDone()) {
                if (text.contains("\"error\"")) {
                    subscribed.completeExceptionally(new IllegalStateException(text));
                } else if (text.contains("\"id\":2")) {
                    subscribed.complete(null);
                }
                return;
            }
            synchronized (this) {
                taken.add(new Frame(at, text));
            }
            lines.addAndGet(text.lines().filter(line -> !line.isBlank()).count() - pings(text));
        }

        private synchronized List<Frame> take() {
            List<Frame> all = taken;
            taken = new ArrayList<>();
            return all;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended = "closed with " + code + " " + reason;
            subscribed.completeExceptionally(new IllegalStateException(ended));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended = error.toString();
            subscribed.completeExceptionally(error);
        }
    }
}
