package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes webhooks, remembers them, and answers as it is told. */
public final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService exchanges = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger overlapping = new AtomicInteger();

    /** Listens on a free port. */
    public Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(exchanges);
        server.createContext("/", this::take);
        server.start();
    }

    /** A request that came. */
    public record Delivery(long atNanos, Map<String, List<String>> headers, String body) {

        /** The body as JSON. */
        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        /** The name of the event. */
        public String event() {
            return json().path("event").asString();
        }

        /** The first value of a header. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private record Answer(int status, String retryAfter, Runnable before) {}

    /** The next request is answered so; later ones with 200. */
    public void next(int status) {
        answers.add(new Answer(status, "", () -> {}));
    }

    /** The next request is answered so, with a Retry-After. */
    public void next(int status, String retryAfter) {
        answers.add(new Answer(status, retryAfter, () -> {}));
    }

    /** The next request is answered with 200 when this has run. */
    public void nextAfter(Runnable before) {
        answers.add(new Answer(200, "", before));
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String room =
                JsonMapper.shared().readTree(body).path("room").path("name").asString("");
        AtomicInteger inRoom = underWay.computeIfAbsent(room, _ -> new AtomicInteger());
        if (inRoom.incrementAndGet() > 1) {
            overlapping.incrementAndGet();
        }
        deliveries.add(new Delivery(System.nanoTime(), Map.copyOf(exchange.getRequestHeaders()), body));
        Answer answer = answers.poll();
        if (answer != null) {
            answer.before().run();
            if (!answer.retryAfter().isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
            }
        }
        inRoom.decrementAndGet();
        exchange.sendResponseHeaders(answer == null ? 200 : answer.status(), -1);
        exchange.close();
    }

    /** Where it listens. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/webhooks/livekit");
    }

    /** Everything that came, when at least so much has. */
    public List<Delivery> awaitAtLeast(int number) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> deliveries.size() >= number);
        return List.copyOf(deliveries);
    }

    /** Everything that came so far. */
    public List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    /** The names of the events, in the order of their arrival. */
    public List<String> events() {
        return deliveries.stream().map(Delivery::event).toList();
    }

    /** How often a request came while another one of the same room was under way. */
    public int overlapping() {
        return overlapping.get();
    }

    @Override
    public void close() {
        server.stop(0);
        exchanges.shutdownNow();
    }
}
