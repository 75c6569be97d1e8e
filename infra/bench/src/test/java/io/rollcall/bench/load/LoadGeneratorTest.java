package io.rollcall.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real HTTP server. */
class LoadGeneratorTest {

    private static final int REQUESTS = 500;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> bodies = ConcurrentHashMap.newKeySet();
    private final AtomicInteger taken = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        threads.close();
    }

    @Test
    void everyRequestOfAClosedLoopIsSentOnceAndAnswered() throws IOException {
        server.createContext("/hook", exchange -> answer(exchange, 200));

        LoadResult result = generator(8).closedLoop(requests(), LIMIT);

        assertThat(result.acknowledged()).isEqualTo(REQUESTS);
        assertThat(result.errors()).isEmpty();
        assertThat(result.reconnects()).isZero();
        assertThat(result.latencies().count()).isEqualTo(REQUESTS);
        assertThat(bodies).hasSize(REQUESTS).contains("authorization-7 body-7");
        assertThat(taken).hasValue(REQUESTS);
    }

    @Test
    void whatIsNo200IsCountedByItsStatus() throws IOException {
        server.createContext("/hook", exchange -> answer(exchange, taken.get() % 5 == 4 ? 503 : 200));

        LoadResult result = generator(1).closedLoop(requests(), LIMIT);

        assertThat(result.errors()).isEqualTo(Map.of("status 503", REQUESTS / 5L));
        assertThat(result.acknowledged()).isEqualTo(REQUESTS - REQUESTS / 5);
    }

    @Test
    void aConnectionThatTheServerClosesIsMadeAnew() throws IOException {
        server.createContext("/hook", exchange -> {
            if (taken.get() % 100 == 99) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            answer(exchange, 200);
        });

        LoadResult result = generator(1).closedLoop(requests(), LIMIT);

        assertThat(result.acknowledged()).isEqualTo(REQUESTS);
        assertThat(result.errors()).isEmpty();
        assertThat(result.reconnects()).isEqualTo(REQUESTS / 100);
    }

    @Test
    void aClosedLoopEndsWithItsTime() throws IOException {
        server.createContext("/hook", exchange -> answer(exchange, 200));

        LoadResult result = generator(2).closedLoop(requests(), Duration.ZERO);

        assertThat(result.sent()).isEqualTo(2);
        assertThat(result.acknowledged()).isEqualTo(2);
    }

    @Test
    void anOpenLoopSendsAtItsRateAndNotFaster() throws IOException {
        server.createContext("/hook", exchange -> answer(exchange, 200));
        long seed = 5;
        var schedule = new Arrivals(1_000, seed);
        long lastDue = 0;
        for (int i = 0; i < REQUESTS; i++) {
            lastDue = schedule.next();
        }

        LoadResult result = generator(64).openLoop(requests(), new Arrivals(1_000, seed), LIMIT);

        assertThat(result.acknowledged()).isEqualTo(REQUESTS);
        assertThat(result.elapsed()).isGreaterThanOrEqualTo(Duration.ofNanos(lastDue));
    }

    @Test
    void aLatencyOfAnOpenLoopBeginsWhenItWasDue() throws IOException {
        server.createContext("/hook", exchange -> answer(exchange, 200));
        long seed = 6;
        var schedule = new Arrivals(1_000_000, seed);
        long lastDue = 0;
        for (int i = 0; i < REQUESTS; i++) {
            lastDue = schedule.next();
        }

        LoadResult result = generator(1).openLoop(requests(), new Arrivals(1_000_000, seed), LIMIT);

        assertThat(result.latencies().max())
                .isGreaterThanOrEqualTo(result.elapsed().minusNanos(lastDue));
    }

    @Test
    void connectionsGoToSeveralAddressesInTurn() throws IOException {
        var takenBySecond = new AtomicInteger();
        HttpServer second = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try {
            second.createContext("/hook", exchange -> {
                takenBySecond.incrementAndGet();
                answer(exchange, 200);
            });
            second.setExecutor(threads);
            second.start();
            server.createContext("/hook", exchange -> answer(exchange, 200));

            LoadResult result = new LoadGenerator(List.of(server.getAddress(), second.getAddress()), 8)
                    .closedLoop(requests(), LIMIT);

            assertThat(result.acknowledged()).isEqualTo(REQUESTS);
            assertThat(takenBySecond.get()).isBetween(4, REQUESTS - 4);
        } finally {
            second.stop(0);
        }
    }

    private LoadGenerator generator(int connections) {
        return new LoadGenerator(List.of(server.getAddress()), connections);
    }

    private static Requests requests() {
        var requests = new Requests("/hook", REQUESTS);
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(("body-" + i).getBytes(UTF_8), "authorization-" + i);
        }
        return requests;
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        taken.incrementAndGet();
        bodies.add(exchange.getRequestHeaders().getFirst("Authorization") + " "
                + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
