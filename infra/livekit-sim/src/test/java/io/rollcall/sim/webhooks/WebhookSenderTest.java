package io.rollcall.sim.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.livekit.server.WebhookReceiver;
import io.rollcall.sim.Receiver;
import io.rollcall.sim.Receiver.Delivery;
import io.rollcall.sim.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks are sent, repeated, given up and dropped as LiveKit does it. */
class WebhookSenderTest {

    private static final Duration FIRST_WAIT = Duration.ofMillis(20);

    private final Receiver receiver = new Receiver();
    private final DispatchFigures figures = new DispatchFigures();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(ahead.get());
    private WebhookSender sender = sender(receiver.url(), new WebhookRules(Duration.ofSeconds(30), 200, FIRST_WAIT));

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
    }

    @Test
    void aWebhookIsSignedSoThatLivekitsOwnSdkTakesIt() throws Exception {
        send("standup", 1);

        Delivery delivery = receiver.awaitAtLeast(1).getFirst();
        assertThat(delivery.header("Content-type")).isEqualTo("application/webhook+json");
        assertThat(delivery.header("Authorization")).startsWith("eyJ");
        WebhookEvent taken = new WebhookReceiver(Tokens.API_KEY, Tokens.SECRET)
                .receive(delivery.body(), delivery.header("Authorization"));
        assertThat(taken).isEqualTo(event("standup", 1));
    }

    @Test
    void aRoomHasOneRequestInFlightAndKeepsItsOrderWhileOthersGoOn() {
        var blocked = new CountDownLatch(1);
        receiver.nextAfter(() -> awaitQuietly(blocked));
        send("a", 0);
        receiver.awaitAtLeast(1);
        IntStream.range(1, 20).forEach(number -> {
            send("a", number);
            send("b", number);
        });

        assertThat(receiver.awaitAtLeast(20))
                .extracting(WebhookSenderTest::room)
                .containsOnlyOnce("a");
        blocked.countDown();
        List<Delivery> all = receiver.awaitAtLeast(39);

        for (String room : List.of("a", "b")) {
            assertThat(all)
                    .filteredOn(delivery -> room(delivery).equals(room))
                    .extracting(delivery -> delivery.json().path("createdAt").asInt(0))
                    .isSorted();
        }
        assertThat(receiver.overlapping()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void whatTheReceiverCannotTakeIsSentFiveTimesWithDoublingWaitsAndTheSameToken(int status) {
        IntStream.range(0, 5).forEach(_ -> receiver.next(status));
        send("a", 1);
        send("a", 2);

        List<Delivery> all = receiver.awaitAtLeast(6);

        assertThat(new HashSet<>(all.subList(0, 5).stream()
                        .map(delivery -> delivery.header("Authorization") + delivery.body())
                        .toList()))
                .hasSize(1);
        for (int attempt = 1; attempt < 5; attempt++) {
            assertThat(all.get(attempt).atNanos() - all.get(attempt - 1).atNanos())
                    .isGreaterThanOrEqualTo(
                            FIRST_WAIT.multipliedBy(1L << (attempt - 1)).toNanos());
        }
        assertThat(all.get(5).json().path("createdAt").asInt()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(counts()).containsExactly(1L, 1L, 0L));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 400, 401, 404, 415, 501})
    void everyOtherAnswerCountsAsDelivered(int status) {
        receiver.next(status);
        send("a", 1);
        send("a", 2);

        receiver.awaitAtLeast(2);

        await().untilAsserted(() -> assertThat(counts()).containsExactly(2L, 0L, 0L));
        assertThat(receiver.deliveries()).hasSize(2);
    }

    @Test
    void aReceiverThatIsNotThereIsTriedAgain() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        sender.close();
        sender = sender(
                URI.create("http://127.0.0.1:" + port),
                new WebhookRules(Duration.ofSeconds(30), 200, Duration.ofMillis(1)));
        send("a", 1);

        await().untilAsserted(() -> assertThat(counts()).containsExactly(0L, 1L, 0L));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void retryAfterTakesThePlaceOfTheWait(int status) {
        receiver.next(status, "1");
        send("a", 1);

        List<Delivery> both = receiver.awaitAtLeast(2);

        assertThat(both.get(1).atNanos() - both.get(0).atNanos())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void whatComesBehindAFullQueueIsDropped() {
        sender.close();
        sender = sender(receiver.url(), new WebhookRules(Duration.ofSeconds(30), 2, FIRST_WAIT));
        var blocked = new CountDownLatch(1);
        receiver.nextAfter(() -> awaitQuietly(blocked));
        send("a", 0);
        receiver.awaitAtLeast(1);
        IntStream.range(1, 5).forEach(number -> send("a", number));
        send("b", 9);
        blocked.countDown();

        await().untilAsserted(() -> assertThat(counts()).containsExactly(4L, 0L, 2L));
        assertThat(receiver.deliveries())
                .extracting(delivery -> delivery.json().path("createdAt").asInt(0))
                .containsExactlyInAnyOrder(0, 1, 2, 9);
    }

    @Test
    void whatHasWaitedTooLongIsDropped() {
        var blocked = new CountDownLatch(1);
        receiver.nextAfter(() -> awaitQuietly(blocked));
        send("a", 0);
        receiver.awaitAtLeast(1);
        send("a", 1);
        ahead.set(Duration.ofSeconds(31));
        send("a", 2);
        blocked.countDown();

        await().untilAsserted(() -> assertThat(counts()).containsExactly(2L, 0L, 1L));
        assertThat(receiver.deliveries())
                .extracting(delivery -> delivery.json().path("createdAt").asInt(0))
                .containsExactly(0, 2);
    }

    @Test
    void theFiguresHaveLivekitsNames() {
        send("a", 1);
        receiver.awaitAtLeast(1);

        await().untilAsserted(() -> assertThat(figures.prometheus("ND_1"))
                .contains("livekit_webhook_dispatch_total{node_id=\"ND_1\",node_type=\"SERVER\",reason=\"\","
                        + "status=\"success\"} 1\n")
                .doesNotContain("status=\"failure\"")
                .contains("livekit_webhook_queue_length_count{node_id=\"ND_1\",node_type=\"SERVER\"} 1\n"));
    }

    @Test
    void aProcessThatDiesSendsNothingMore() {
        var blocked = new CountDownLatch(1);
        receiver.nextAfter(() -> awaitQuietly(blocked));
        send("a", 0);
        receiver.awaitAtLeast(1);
        send("a", 1);
        sender.forgetAll();
        blocked.countDown();
        send("b", 2);

        receiver.awaitAtLeast(2);
        assertThat(receiver.deliveries())
                .extracting(delivery -> delivery.json().path("createdAt").asInt(0))
                .containsExactly(0, 2);
        assertThat(sender.pending()).isZero();
    }

    private List<Long> counts() {
        return List.of(figures.success(), figures.failure(), figures.dropped());
    }

    private WebhookSender sender(URI url, WebhookRules rules) {
        return new WebhookSender(url, new WebhookSigner(Tokens.API_KEY, Tokens.SECRET), rules, figures, clock);
    }

    private void send(String room, int number) {
        sender.send(Parcel.of(event(room, number)));
    }

    private static WebhookEvent event(String room, int number) {
        return WebhookEvent.newBuilder()
                .setEvent("room_started")
                .setId("EV_" + room + number)
                .setRoom(Room.newBuilder().setName(room))
                .setCreatedAt(number)
                .build();
    }

    private static String room(Delivery delivery) {
        return delivery.json().path("room").path("name").asString();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
