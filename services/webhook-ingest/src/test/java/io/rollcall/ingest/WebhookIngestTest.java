package io.rollcall.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service on a real broker. Rooms are named anew by every test, so that they do not see each other. */
class WebhookIngestTest {

    @TempDir
    static Path data;

    private static RunningService service;
    private static LogReader log;

    private final String room = "room-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        KafkaCluster kafka = KafkaCluster.shared();
        kafka.createTopics(Topics.all());
        SchemaRegistry registry = new FixedRegistry();
        service = RunningService.start(kafka.bootstrapServers(), data, registry, "--rollcall.ingest.body-timeout=1s");
        service.awaitDirect();
        log = new LogReader(kafka.bootstrapServers(), registry);
    }

    @AfterAll
    static void stop() {
        service.close();
        log.close();
    }

    @Test
    void answersOnceKafkaHasTheEventAsItWasReceivedButForThePassword() {
        byte[] body = body(
                "room_started", "EV_1", ",\"turnPassword\":\"hush\",\"metadata\":\"{\\\"agency\\\":\\\"ag7\\\"}\"");

        Http.Answer answer = post(body, "X-Request-ID: request-7\r\ntraceparent: 00-ab-cd-01\r\n");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers()).containsEntry("x-request-id", "request-7");
        ConsumerRecord<String, LivekitEvent> record = only(log.events(room));
        LivekitEvent event = record.value();
        assertThat(record.key()).isEqualTo(room);
        assertThat(header(record, "correlation-id")).isEqualTo("request-7");
        assertThat(header(record, "traceparent")).isEqualTo("00-ab-cd-01");
        assertThat(event.getPayload()).isEqualTo(new String(body, UTF_8).replace(",\"turnPassword\":\"hush\"", ""));
        assertThat(event.getEvent()).isEqualTo("room_started");
        assertThat(event.getLivekitEventId()).isEqualTo("EV_1");
        assertThat(event.getOccurredAt()).isEqualTo(Instant.ofEpochSecond(1_795_253_960));
        assertThat(event.getReceivedAt().toEpochMilli()).isEqualTo(record.timestamp());
        assertThat(event.getRoomName()).isEqualTo(room);
        assertThat(event.getRoomSid()).isEqualTo("RM_1");
        assertThat(event.getApiKey()).isEqualTo(Capture.API_KEY);
        assertThat(event.getCorrelationId()).isEqualTo("request-7");
        assertThat(UUID.fromString(event.getId()).version()).isEqualTo(7);
    }

    @Test
    void takesEveryDeliveryOfARealServerWithItsOwnToken() {
        // Signed anew: their tokens are of another day. TokenVerifierTest verifies those with a clock of that day.
        try (var http = new Http(service.port())) {
            for (Capture delivery : Capture.scenarios()) {
                assertThat(http.webhook(Signing.sign(delivery.body(), now()), delivery.body())
                                .status())
                        .as(delivery.toString())
                        .isEqualTo(200);
            }
        }

        List<String> standup = log.events("ag7-standup").stream()
                .map(r -> r.value().getEvent())
                .toList();
        assertThat(standup)
                .startsWith("room_started", "participant_joined")
                .endsWith("room_finished")
                .hasSize(12);
        assertThat(log.all()).noneMatch(event -> event.getPayload().contains("turnPassword"));
    }

    @Test
    void refusesWhatLivekitDidNotSignAndLeavesNoTrace() {
        byte[] body = body("room_started", "EV_1", "");
        byte[] other = body("room_started", "EV_2", "");
        String claims = Signing.claims(Capture.API_KEY, now(), Signing.digest(body));
        try (var http = new Http(service.port())) {
            List<String> tokens = new ArrayList<>(List.of(
                    "",
                    "Bearer " + Signing.sign(body, now()),
                    Signing.sign(Signing.HS256, claims, "forged", "HmacSHA256"),
                    Signing.sign(body, now() - 400),
                    Signing.sign(body, now() + 90),
                    Signing.sign(other, now())));
            for (String token : tokens) {
                Http.Answer answer = http.webhook(token, body, "X-Request-ID: request-8\r\n");

                assertThat(answer.status()).as(token).isEqualTo(401);
                assertThat(answer.body()).isEmpty();
                assertThat(answer.headers()).containsEntry("x-request-id", "request-8");
            }
            assertThat(http.webhook(null, body).status()).isEqualTo(401);
            // The connection is as good as before.
            assertThat(http.webhook(Signing.sign(other, now()), other).status()).isEqualTo(200);
        }

        assertThat(log.events(room))
                .extracting(r -> r.value().getLivekitEventId())
                .containsExactly("EV_2");
    }

    @Test
    void takesTheLongestBodyAndRefusesALongerOne() {
        byte[] longest = ofLength(4 << 20);
        byte[] longer = ofLength((4 << 20) + 1);

        Http.Answer taken = post(longest, "");
        Http.Answer refused = post(longer, "");

        assertThat(taken.status()).isEqualTo(200);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.body()).isEmpty();
        assertThat(only(log.events(room)).value().getPayload()).hasSize(4 << 20);
        try (var http = new Http(service.port())) {
            // Unsigned, announced far too long: answered, read for a while, then let go.
            http.send(Http.head(null, 2_000_000_000, ""));
            for (int sent = 0; sent < 9 << 20; sent += longest.length) {
                try {
                    http.send(longest);
                } catch (UncheckedIOException closed) {
                    break;
                }
            }
            assertThat(http.closes()).isTrue();
        }
    }

    @Test
    void putsASignedBodyThatIsNoEventAmongTheDeadLetters() {
        byte[] broken = ("{\"room\":\"" + room + "\"").getBytes(UTF_8);
        byte[] hiding = ("{\"room\":{\"turnPassword\":\"hush\"},\"x\":\"" + room).getBytes(UTF_8);
        byte[] binary = HexFormat.of().parseHex("00ff80fe");
        byte[] empty = {};

        for (byte[] body : List.of(broken, hiding, binary, empty)) {
            Http.Answer answer = post(body, "X-Request-ID: " + room + "\r\n");
            assertThat(answer.status()).isEqualTo(200);
        }

        List<DeadLetter> letters = log.deadLetters(room);
        assertThat(letters).hasSize(4);
        assertThat(letters).allSatisfy(letter -> assertThat(letter.getService()).isEqualTo("webhook-ingest"));
        assertThat(letters.getFirst().getCause()).isEqualTo("no comma or end of container");
        assertThat(UTF_8.decode(java.util.Objects.requireNonNull(
                                letters.getFirst().getValue()))
                        .toString())
                .isEqualTo(new String(broken, UTF_8));
        assertThat(letters.subList(1, 3))
                .allSatisfy(letter -> assertThat(letter.getValue()).isNull());
        assertThat(log.events(room)).isEmpty();
    }

    @Test
    void takesEventsItDoesNotKnow() {
        assertThat(post(body("agent_job_started", "EV_1", ""), "").status()).isEqualTo(200);

        assertThat(only(log.events(room)).value().getEvent()).isEqualTo("agent_job_started");
        assertThat(service.get("/api/v1/webhooks/stats").body()).contains("\"other\":{\"recorded\":");
    }

    @Test
    void takesAnyContentTypeChunksAndBodiesInPieces() {
        byte[] body = body("room_started", "EV_1", "");
        String token = Signing.sign(body, now());
        try (var http = new Http(service.port())) {
            http.send("POST /webhooks/livekit HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nAuthorization: " + token
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (byte b : body) {
                http.send(new byte[] {'1', '\r', '\n', b, '\r', '\n'});
            }
            http.send("0\r\n\r\n");
            assertThat(http.answer().status()).isEqualTo(200);

            http.send(Http.head(token, body.length, ""));
            for (byte b : body) {
                http.send(new byte[] {b});
            }
            assertThat(http.answer().status()).isEqualTo(200);

            http.send(Http.head(token, body.length, "Expect: 100-continue\r\n"));
            assertThat(http.answer().status()).isEqualTo(100);
            http.send(body);
            assertThat(http.answer().status()).isEqualTo(200);
        }

        assertThat(log.events(room)).hasSize(3);
    }

    @Test
    void answersWhatIsPipelinedInOrder() {
        byte[] body = body("room_started", "EV_1", "");
        String good = Http.head(Signing.sign(body, now()), body.length, "") + new String(body, UTF_8);
        String bad = Http.head("nonsense", body.length, "") + new String(body, UTF_8);
        try (var http = new Http(service.port())) {
            http.send(good + bad + good + good + bad);

            assertThat(List.of(
                            http.answer().status(),
                            http.answer().status(),
                            http.answer().status(),
                            http.answer().status(),
                            http.answer().status()))
                    .containsExactly(200, 401, 200, 200, 401);
        }
    }

    @Test
    void allowsNothingButPost() {
        try (var http = new Http(service.port())) {
            for (String method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")) {
                http.send(method + " /webhooks/livekit HTTP/1.1\r\nHost: x\r\n\r\n");
                Http.Answer answer = http.answer();
                assertThat(answer.status()).as(method).isEqualTo(405);
                assertThat(answer.headers()).containsEntry("allow", "POST");
                assertThat(answer.body()).isEmpty();
            }
        }
    }

    @Test
    void letsGoOfABodyThatNeverEndsWithoutSayingThatItWasTaken() {
        byte[] body = body("room_started", "EV_1", "");
        try (var slow = new Http(service.port());
                var forged = new Http(service.port())) {
            slow.send(Http.head(Signing.sign(body, now()), body.length, ""));
            slow.send(new byte[] {body[0]});
            forged.send(Http.head("nonsense", body.length, ""));

            Http.Answer answer = slow.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.headers()).containsEntry("retry-after", "1");
            assertThat(slow.closes()).isTrue();
            assertThat(forged.answer().status()).isEqualTo(401);
            assertThat(forged.closes()).isTrue();
        }
        assertThat(log.events(room)).isEmpty();
    }

    @Test
    void staysUpWhateverComes() {
        var random = new Random(11);
        byte[] body = body("room_started", "EV_1", "");
        byte[] request =
                (Http.head(Signing.sign(body, now()), body.length, "") + new String(body, UTF_8)).getBytes(UTF_8);
        for (int round = 0; round < 200; round++) {
            byte[] garbage = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(garbage);
            try (var http = new Http(service.port())) {
                if (round % 2 == 0) {
                    http.send(garbage);
                } else {
                    // Half a request, or one with a byte changed in its head.
                    byte[] spoilt = request.clone();
                    spoilt[random.nextInt(spoilt.length - body.length)] = (byte) random.nextInt();
                    http.send(java.util.Arrays.copyOf(spoilt, 1 + random.nextInt(spoilt.length)));
                }
            } catch (UncheckedIOException closed) {
                assertThat(closed).as("it need not listen to the end").hasCauseInstanceOf(IOException.class);
            }
        }

        assertThat(post(body, "").status()).isEqualTo(200);
        assertThat(service.get("/readyz").status()).isEqualTo(200);
    }

    @Test
    void servesNothingElseBesideIt() {
        for (String path : List.of("/webhooks", "/webhooks/", "/webhooks/other", "/webhooks/livekit/more")) {
            assertThat(service.get(path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void keepsItsMemoryWhenBodiesThatNeverEndAreSentByManyWithAValidToken() {
        byte[] body = ofLength(4 << 20);
        String token = Signing.sign(body, now());
        var open = new ArrayList<Http>();
        try {
            // Together they would be more than twice what bodies may take; nobody gets more than that.
            for (int i = 0; i < 14; i++) {
                var http = new Http(service.port());
                open.add(http);
                http.send(Http.head(token, body.length, ""));
                try {
                    http.send(java.util.Arrays.copyOf(body, body.length - 1));
                } catch (UncheckedIOException turnedAway) {
                    assertThat(turnedAway).hasCauseInstanceOf(IOException.class);
                }
            }
            await().untilAsserted(() ->
                    assertThat(service.get("/api/v1/webhooks/stats").body()).contains("\"turned_away\":"));
            assertThat(post(body("room_started", "EV_1", ""), "").status()).isEqualTo(200);
        } finally {
            open.forEach(Http::close);
        }
        // What was held is given back.
        await().untilAsserted(() -> assertThat(post(body, "").status()).isEqualTo(200));
    }

    @Test
    void tellsItsFigures() {
        post(body("participant_left", "EV_1", ""), "");

        await().untilAsserted(
                        () -> assertThat(service.get("/api/v1/webhooks/stats").body())
                                .contains("\"participant_left\":{\"recorded\":")
                                .contains("\"lastReceivedAt\":\"20")
                                .contains("\"p99\":")
                                .contains("\"spool\":{\"active\":false,\"records\":0,\"bytes\":0,\"oldestAt\":null}"));
        assertThat(service.management("/metrics").body())
                .contains("webhooks_received_total{event=\"participant_left\",outcome=\"recorded\"")
                .contains("webhook_ack_seconds_count")
                .contains("webhook_spool_bytes");
    }

    private Http.Answer post(byte[] body, String headers) {
        try (var http = new Http(service.port())) {
            return http.webhook(Signing.sign(body, now()), body, headers);
        }
    }

    private byte[] body(String event, String id, String more) {
        return ("{\"event\":\"" + event + "\", \"room\":{\"sid\":\"RM_1\",\"name\":\"" + room + "\"" + more
                        + "},\"id\":\"" + id + "\", \"createdAt\":\"1795253960\"}")
                .getBytes(UTF_8);
    }

    private byte[] ofLength(int length) {
        int rest = length - body("room_started", "EV_1", ",\"metadata\":\"\"").length;
        return body("room_started", "EV_1", ",\"metadata\":\"" + "m".repeat(rest) + "\"");
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    private static <T> T only(List<T> all) {
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
