package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Webhooks are posted as LiveKit posts them. */
class SenderTest {

    private final Map<String, List<String>> arrivals = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger overtaken = new AtomicInteger();
    private volatile int status = 503;
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            String[] body = new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("/", 2);
            if (underWay.computeIfAbsent(body[0], _ -> new AtomicInteger()).incrementAndGet() > 1) {
                overtaken.incrementAndGet();
            }
            arrivals.computeIfAbsent(body[0], _ -> new CopyOnWriteArrayList<>()).add(body[1]);
            AtomicInteger left = failures.getOrDefault(body[1], new AtomicInteger());
            underWay.get(body[0]).decrementAndGet();
            exchange.sendResponseHeaders(left.getAndDecrement() > 0 ? status : 200, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void close() {
        receiver.stop(0);
    }

    @Test
    void eachRoomKeepsItsOrderWithOneRequestAtATime() throws Exception {
        List<String> order = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9");
        Collection<Receipt> receipts = send(order.stream()
                .flatMap(n -> List.of(webhook("a", n), webhook("b", n)).stream())
                .toList());

        assertThat(receipts).hasSize(18).allMatch(receipt -> receipt.acknowledgedAt() != null);
        assertThat(arrivals).containsEntry("a", order).containsEntry("b", order);
        assertThat(overtaken).hasValue(0);
    }

    @Test
    void whatIsNotAcknowledgedIsRepeatedBeforeTheNextOfItsRoom() throws Exception {
        failures.put("1", new AtomicInteger(1));
        Collection<Receipt> receipts = send(List.of(webhook("a", "1"), webhook("a", "2")));

        assertThat(receipts).extracting(Receipt::attempts).containsExactly(2, 1);
        assertThat(arrivals.get("a")).containsExactly("1", "1", "2");
    }

    @Test
    void aRefusalIsFinal() throws Exception {
        status = 401;
        failures.put("1", new AtomicInteger(1));
        Collection<Receipt> receipts = send(List.of(webhook("a", "1"), webhook("a", "2")));

        assertThat(arrivals.get("a")).containsExactly("1", "2");
        assertThat(receipts).extracting(Receipt::problem).containsExactly("status 401", null);
    }

    private Collection<Receipt> send(List<Webhook> webhooks) throws InterruptedException, TimeoutException {
        URI target = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
        try (var sender = new Sender(target, new WebhookSigner("key", "secret"), 64)) {
            for (Webhook webhook : webhooks) {
                sender.send(webhook);
            }
            return sender.finish(Duration.ofSeconds(30));
        }
    }

    private static Webhook webhook(String room, String number) {
        return new Webhook(number, "room_started", room, room + "/" + number);
    }
}
