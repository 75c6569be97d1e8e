package io.rollcall.session.livekit;

import com.google.protobuf.MessageLite;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okio.ByteString;

/** A small HTTP server that answers as it is told, and remembers what it was asked. */
final class FakeLivekit implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();

    /** One request. */
    record Asked(String method, String path, String authorization, String contentType, ByteString body) {}

    /** One answer. */
    record Reply(int status, String contentType, ByteString body) {

        static Reply message(MessageLite message) {
            return new Reply(200, "application/protobuf", ByteString.of(message.toByteArray()));
        }

        static Reply text(int status, String contentType, String body) {
            return new Reply(status, contentType, ByteString.encodeUtf8(body));
        }

        static Reply twirp(int status, String code) {
            return text(status, "application/json", "{\"code\":\"%s\",\"msg\":\"said LiveKit\"}".formatted(code));
        }
    }

    /** Makes answers; may wait. */
    interface Handler {

        Reply answer(Asked asked) throws Exception;
    }

    FakeLivekit() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Says what a method of the room API is answered from now on. */
    FakeLivekit on(String method, Handler handler) {
        handlers.put("/twirp/livekit.RoomService/" + method, handler);
        return this;
    }

    FakeLivekit onPath(String path, Handler handler) {
        handlers.put(path, handler);
        return this;
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** What a method of the room API was asked so far. */
    List<Asked> asked(String method) {
        return asked.stream().filter(it -> it.path().endsWith("/" + method)).toList();
    }

    /** How many connections anything was asked on so far. */
    int connections() {
        return connections.size();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            connections.add(exchange.getRemoteAddress());
            var headers = exchange.getRequestHeaders();
            var request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    String.valueOf(headers.getFirst("Authorization")),
                    String.valueOf(headers.getFirst("Content-Type")),
                    ByteString.of(exchange.getRequestBody().readAllBytes()));
            asked.add(request);
            Handler handler = handlers.get(request.path());
            Reply reply;
            try {
                reply = handler == null ? Reply.text(404, "text/plain", "404 page not found") : handler.answer(request);
            } catch (Exception e) {
                reply = Reply.text(500, "text/plain", e.toString());
            }
            exchange.getResponseHeaders().add("Content-Type", reply.contentType());
            byte[] body = reply.body().toByteArray();
            exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Ends it; connections break. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
