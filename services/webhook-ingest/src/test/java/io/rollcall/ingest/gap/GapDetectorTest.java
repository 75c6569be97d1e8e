package io.rollcall.ingest.gap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.rollcall.ingest.gap.GapDetector.Gap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GapDetectorTest {

    private final AtomicLong taken = new AtomicLong();
    private volatile String metrics = dispatched(0);
    private volatile int status = 200;
    private volatile CountDownLatch goesOn = new CountDownLatch(0);
    private HttpServer livekit;

    @BeforeEach
    void start() throws IOException {
        livekit = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        livekit.createContext("/metrics", exchange -> {
            byte[] body = metrics.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length + 1L);
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            untilItGoesOn();
            exchange.getResponseBody().write('\n');
            exchange.close();
        });
        livekit.start();
    }

    @AfterEach
    void stop() {
        goesOn.countDown();
        livekit.stop(0);
    }

    @Test
    void comparesWhatWasSentWithWhatWasTakenSinceItBegan() {
        metrics = dispatched(1_000);
        taken.set(7);
        try (GapDetector detector = detector()) {
            await().until(() -> detector.gap().reachable());
            assertThat(detector.gap()).isEqualTo(new Gap(0, 0, 0L, 2, 5, true));

            taken.set(17);
            metrics = dispatched(1_013);

            await().untilAsserted(() -> assertThat(detector.gap()).isEqualTo(new Gap(13, 10, 3L, 2, 5, true)));
        }
    }

    @Test
    void beginsAnewWhenLivekitDoes() {
        metrics = dispatched(1_000);
        try (GapDetector detector = detector()) {
            await().until(() -> detector.gap().reachable());
            taken.set(50);
            await().until(() -> detector.gap().taken() == 50);
            metrics = dispatched(3);
            await().until(() -> detector.gap().taken() == 0);

            taken.set(51);
            metrics = dispatched(4);

            await().untilAsserted(() -> assertThat(detector.gap()).isEqualTo(new Gap(1, 1, 0L, 2, 5, true)));
        }
    }

    @Test
    void keepsWhatItKnewWhileLivekitDoesNotAnswer() {
        try (GapDetector detector = detector()) {
            await().until(() -> detector.gap().reachable());
            metrics = dispatched(4);
            await().until(() -> detector.gap().sent() == 4);
            status = 500;

            await().untilAsserted(() -> assertThat(detector.gap()).isEqualTo(new Gap(4, 0, 4L, 2, 5, false)));
        }
    }

    @Test
    void isNotHeldUpByAnAnswerThatNeverEnds() {
        try (GapDetector detector = detector()) {
            await().until(() -> detector.gap().reachable());
            goesOn = new CountDownLatch(1);
            await().atMost(Duration.ofSeconds(20)).until(() -> !detector.gap().reachable());

            metrics = dispatched(4);
            goesOn.countDown();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(detector.gap()).isEqualTo(new Gap(4, 0, 4L, 2, 5, true)));
        }
    }

    private void untilItGoesOn() {
        try {
            goesOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readsOnlyWhatItIsAbout() {
        DispatchCounts counts = DispatchCounts.read("""
                # HELP livekit_webhook_dispatch_total webhooks
                # TYPE livekit_webhook_dispatch_total counter
                livekit_webhook_dispatch_total{node_id="ND_1",node_type="SERVER",reason="",status="success"} 9.47e+02
                livekit_webhook_dispatch_total{reason="age",status="drop"} 3
                livekit_webhook_dispatch_total{reason="queue is full",status="drop"} 4 1795253960213
                livekit_webhook_dispatch_total{reason="",status="failure"} 1
                livekit_webhook_dispatch_totals{status="success"} 99
                livekit_room_total 7
                """);

        assertThat(counts).isEqualTo(new DispatchCounts(947, 1, 7));
    }

    private GapDetector detector() {
        URI address = URI.create("http://127.0.0.1:" + livekit.getAddress().getPort() + "/metrics");
        return new GapDetector(address, Duration.ofMillis(10), taken::get);
    }

    private static String dispatched(long delivered) {
        return """
                livekit_webhook_dispatch_total{reason="",status="success"} %d
                livekit_webhook_dispatch_total{reason="",status="failure"} 2
                livekit_webhook_dispatch_total{reason="age",status="drop"} 5
                """.formatted(delivered);
    }
}
