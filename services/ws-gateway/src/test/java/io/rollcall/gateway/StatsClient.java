package io.rollcall.gateway;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A plain client of {@code /ws/stream/stats}: each frame is one JSON document. */
final class StatsClient implements AutoCloseable, WebSocket.Listener {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private volatile boolean reading = true;

    StatsClient(int port, String query) {
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws/stream/stats" + query), this)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** The status that a client is turned away with. */
    static int refused(int port, String query) {
        try (StatsClient client = new StatsClient(port, query)) {
            throw new AssertionError("it was let in: " + client.frames());
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    void send(String text) {
        var _ = socket.sendText(text, true).join();
    }

    /** All frames so far. */
    List<JsonNode> frames() {
        return List.copyOf(received);
    }

    /** The data of all frames of a type so far. */
    List<JsonNode> all(String type) {
        return received.stream()
                .filter(it -> it.path("type").asString("").equals(type))
                .map(it -> it.path("data"))
                .toList();
    }

    /** The first frame of a type that is as wanted, as soon as it is there. */
    JsonNode first(String type, Predicate<JsonNode> wanted) {
        return await().atMost(PATIENCE)
                .until(() -> all(type).stream().filter(wanted).findFirst().orElse(null), it -> it != null);
    }

    /** The last frame of a type, as soon as it is as wanted. */
    JsonNode last(String type, Predicate<JsonNode> wanted) {
        return await().atMost(PATIENCE)
                .until(() -> all(type).isEmpty() ? null : all(type).getLast(), it -> it != null && wanted.test(it));
    }

    int pings() {
        return pings.get();
    }

    int closeCode() {
        return closed.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    boolean isOpen() {
        return !closed.isDone();
    }

    void stopReading() {
        reading = false;
    }

    void readOn() {
        reading = true;
        socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            received.add(JSON.readTree(partial.toString()));
            partial.setLength(0);
        }
        if (reading) {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        pings.incrementAndGet();
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        var _ = closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        var _ = closed.completeExceptionally(error);
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
