package io.rollcall.gateway;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A WebSocket client that speaks the protocol by hand. */
final class Client implements AutoCloseable, WebSocket.Listener {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String PING = "{}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private volatile boolean reading = true;

    Client(int port) {
        this(port, "");
    }

    /** One whose handshake has this Authorization; empty: none. */
    Client(int port, String authorization) {
        WebSocket.Builder handshake = http.newWebSocketBuilder();
        if (!authorization.isEmpty()) {
            handshake.header("Authorization", authorization);
        }
        socket = handshake
                .subprotocols("centrifuge-json")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/connection/websocket"), this)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** One that has said who it is. */
    static Client connected(int port) {
        var client = new Client(port);
        client.send("{\"id\":1,\"connect\":{}}");
        var _ = client.reply(1);
        return client;
    }

    /** Says who it is, as command 1. */
    void connect(String token) {
        send("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
    }

    void send(String text) {
        var _ = socket.sendText(text, true).join();
    }

    /** Sends in one message what is more than one frame holds. */
    void sendParts(String text, int parts) {
        for (int i = 0; i < parts; i++) {
            var _ = socket.sendText(text, i == parts - 1).join();
        }
    }

    JsonNode subscribe(int id, String channel) {
        send("{\"id\":" + id + ",\"subscribe\":{\"channel\":\"" + channel + "\"}}");
        return reply(id).path("subscribe");
    }

    JsonNode recover(int id, String channel, String epoch, long offset) {
        send("{\"id\":" + id + ",\"subscribe\":{\"channel\":\"" + channel + "\",\"recover\":true,\"epoch\":\"" + epoch
                + "\",\"offset\":" + offset + "}}");
        return reply(id).path("subscribe");
    }

    JsonNode history(int id, String channel, int limit) {
        send("{\"id\":" + id + ",\"history\":{\"channel\":\"" + channel + "\",\"limit\":" + limit + "}}");
        return reply(id).path("history");
    }

    JsonNode reply(int id) {
        return await().atMost(PATIENCE).until(() -> first(it -> it.path("id").asInt() == id), it -> it != null);
    }

    /** Why the server ended a subscription. */
    JsonNode unsubscribed(String channel) {
        JsonNode push = await().atMost(PATIENCE)
                .until(
                        () -> first(it ->
                                it.path("push").path("channel").asString("").equals(channel)
                                        && it.path("push").has("unsubscribe")),
                        it -> it != null);
        return push.path("push").path("unsubscribe");
    }

    /** The publications of a channel, as soon as there are so many. */
    List<JsonNode> publications(String channel, int count) {
        return await().atMost(PATIENCE).until(() -> publications(channel), it -> it.size() >= count);
    }

    List<JsonNode> publications(String channel) {
        return received.stream()
                .map(it -> it.path("push"))
                .filter(it -> it.path("channel").asString("").equals(channel) && it.has("pub"))
                .map(it -> it.path("pub"))
                .toList();
    }

    /** The code that the server closed with. */
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
            for (String line : partial.toString().split("\n", -1)) {
                if (line.equals(PING)) {
                    var _ = from.sendText(PING, true);
                } else {
                    received.add(JSON.readTree(line));
                }
            }
            partial.setLength(0);
        }
        if (reading) {
            from.request(1);
        }
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

    private @Nullable JsonNode first(Predicate<JsonNode> wanted) {
        return received.stream().filter(wanted).findFirst().orElse(null);
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
