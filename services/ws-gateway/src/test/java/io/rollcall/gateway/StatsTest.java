package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraStatus;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Statistics as they happen, on a real broker and real sockets. Agencies and cameras are named anew by every test. */
class StatsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String HANDSHAKE = """
            GET /ws/stream/stats HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
            \r
            """;

    private static String kafka = "";
    private static RunningGateway gateway;
    private static StatsLog log;

    private final String agency = "METRO-" + UUID.randomUUID();
    private final String other = "BUS-" + UUID.randomUUID();
    private final String camera = "cam-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        kafka = cluster.bootstrapServers();
        log = new StatsLog(kafka, REGISTRY);
        gateway = RunningGateway.start(kafka, REGISTRY);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        log.close();
    }

    private String only() {
        return "?source=" + agency;
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    @Test
    void whoAsksForTooManyAgenciesIsRefused() {
        String many = IntStream.range(0, 51).mapToObj(i -> "source=A" + i).collect(Collectors.joining("&"));

        assertThat(StatsClient.refused(gateway.port(), "?" + many)).isEqualTo(400);
        assertThat(StatsClient.refused(gateway.port(), "?source=" + "A".repeat(129)))
                .isEqualTo(400);
    }

    @Test
    void theStatisticsComeAtConnectAndThenAtEachInterval() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        log.limit(agency, 3);
        log.granted(agency, camera);
        log.granted(agency, camera);
        log.joined(camera, "viewer_1");
        try (RunningGateway often = RunningGateway.start(kafka, REGISTRY, "--rollcall.gateway.stats.interval=50ms");
                StatsClient client = new StatsClient(often.port(), only())) {
            await().atMost(PATIENCE).until(() -> client.frames().size() >= 4);

            JsonNode first = client.frames().getFirst();
            assertThat(first.propertyNames()).containsExactlyInAnyOrder("type", "data", "timestamp");
            assertThat(first.path("type").asString()).isEqualTo("STREAM_STATS");
            JsonNode stats = first.path("data");
            assertThat(stats.propertyNames())
                    .containsExactlyInAnyOrder(
                            "active_streams", "total_viewers", "source_stats", "camera_stats", "timestamp");
            assertThat(stats.path("active_streams").asInt()).isEqualTo(2);
            assertThat(stats.path("total_viewers").asInt()).isEqualTo(1);
            assertThat(stats.path("source_stats")).isEqualTo(json("""
                                    {"%1$s":{"source":"%1$s","current":2,"limit":3,"usage_percent":66.7,"active_cameras":1}}""".formatted(agency)));
            assertThat(stats.path("camera_stats")).isEqualTo(json("""
                                    [{"camera_id":"%s","camera_name":"Gate","viewer_count":1,"source":"%s",
                                    "active_since":"2026-11-26T10:00:00.000Z"}]""".formatted(camera, agency)));
            assertThat(client.frames())
                    .extracting(it -> it.path("type").asString())
                    .containsOnly("STREAM_STATS");
            assertThat(client.all("STREAM_STATS"))
                    .extracting(it -> Instant.parse(it.path("timestamp").asString()))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void byDefaultTheIntervalIsLongAndTheFirstStatisticsComeAllTheSame() {
        log.limit(agency, 3);
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            assertThat(client.first("STREAM_STATS", it -> true)
                            .path("active_streams")
                            .asInt())
                    .isZero();
        }
    }

    @Test
    void aCameraThatChangesItsStatusIsTold() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            log.camera(camera, "Main gate", agency, CameraStatus.ONLINE);
            log.camera(camera, "Main gate", agency, CameraStatus.OFFLINE);
            log.camera(camera, "Main gate", agency, CameraStatus.ERROR);
            log.camera(camera, "Main gate", agency, CameraStatus.ONLINE);

            var _ = client.first(
                    "CAMERA_STATUS", it -> it.path("status").asString().equals("ONLINE"));

            assertThat(client.all("CAMERA_STATUS"))
                    .containsExactly(
                            json("{\"camera_id\":\"%s\",\"status\":\"OFFLINE\",\"previous_status\":\"ONLINE\"}"
                                    .formatted(camera)),
                            json("{\"camera_id\":\"%s\",\"status\":\"ERROR\",\"previous_status\":\"OFFLINE\"}"
                                    .formatted(camera)),
                            json("{\"camera_id\":\"%s\",\"status\":\"ONLINE\",\"previous_status\":\"ERROR\"}"
                                    .formatted(camera)));
            assertThat(client.all("ALERT"))
                    .containsExactly(json("""
                                    {"alert_type":"CAMERA_OFFLINE","message":"Camera Main gate (%s) is offline",
                                    "severity":"MEDIUM","source":"%s"}""".formatted(camera, agency)), json("""
                                    {"alert_type":"CAMERA_ERROR","message":"Camera Main gate (%s) reports an error",
                                    "severity":"HIGH","source":"%s"}""".formatted(camera, agency)));
        }
    }

    @Test
    void eachGrantEndAndLimitIsTold() {
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            log.limit(agency, 10);
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(0, 10, "0.0")));
            log.granted(agency, camera);
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(1, 10, "10.0")));
            log.ended(agency, camera);
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(0, 10, "0.0")));
            log.limit(agency, 7);
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(0, 7, "0.0")));
            log.granted(
                    agency, IntStream.range(0, 5).mapToObj(it -> camera + it).collect(Collectors.toSet()));
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(5, 7, "71.4")));

            assertThat(client.all("ALERT")).isEmpty();
        }
    }

    @Test
    void manyGrantsAtOnceAreFewUpdatesAndTheLastOfThemIsTheLastValue() {
        log.limit(agency, 1_000_000);
        try (RunningGateway slow = RunningGateway.start(kafka, REGISTRY, "--rollcall.gateway.stats.updates=1s");
                StatsClient client = new StatsClient(slow.port(), only())) {
            log.granted(
                    agency, IntStream.range(0, 300).mapToObj(it -> camera + it).collect(Collectors.toSet()));

            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.path("current").asInt() == 300);

            assertThat(client.all("AGENCY_LIMIT_UPDATE")).hasSizeLessThan(30);
        }
    }

    private JsonNode update(int current, int limit, String percent) {
        return json("{\"source\":\"%s\",\"current\":%d,\"limit\":%d,\"usage_percent\":%s}"
                .formatted(agency, current, limit, percent));
    }

    @Test
    void aRefusalIsAnAlert() {
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            log.limit(agency, 1);
            log.granted(agency, camera);
            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(1, 1, "100.0")));
            int updates = client.all("AGENCY_LIMIT_UPDATE").size();
            log.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED");

            assertThat(client.first(
                            "ALERT", it -> it.path("alert_type").asString().equals("STREAM_LIMIT")))
                    .isEqualTo(json("""
                                    {"alert_type":"STREAM_LIMIT","message":"Agency limit reached for %1$s (1/1)",
                                    "severity":"HIGH","source":"%1$s"}""".formatted(agency)));
            assertThat(client.all("AGENCY_LIMIT_UPDATE")).hasSize(updates);
        }
    }

    @Test
    void refusalsInARowAreOneAlertThatSaysHowMany() {
        log.limit(agency, 0);
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            log.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED", "AGENCY_LIMIT_EXCEEDED", "TOTAL_LIMIT_EXCEEDED");

            JsonNode last =
                    client.first("ALERT", it -> it.path("message").asString().startsWith("Total limit reached"));

            assertThat(last.path("message").asString()).isEqualTo("Total limit reached (0/900), 2 requests refused");
            assertThat(last.path("source").asString()).isEqualTo(agency);
            assertThat(client.all("ALERT")).hasSize(2);
        }
    }

    @Test
    void aHighQuotaIsToldOnTheWayUpOnly() {
        log.limit(agency, 20);
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            for (int current : new int[] {15, 16, 17, 18, 19, 20, 18, 15, 16}) {
                log.uses(agency, current);
            }
            log.limit(agency, 100);
            log.limit(agency, 16);
            log.limit(agency, 0);

            var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.path("limit").asInt() == 0);

            assertThat(client.all("ALERT"))
                    .extracting(
                            it -> it.path("alert_type").asString(),
                            it -> it.path("severity").asString(),
                            it -> it.path("source").asString(),
                            it -> it.path("message").asString())
                    .containsExactly(
                            high("MEDIUM", 80, "16/20"),
                            high("HIGH", 95, "19/20"),
                            high("MEDIUM", 80, "16/20"),
                            high("HIGH", 95, "16/16"));
        }
    }

    private Tuple high(String severity, int percent, String usage) {
        return Tuple.tuple(
                "QUOTA_HIGH", severity, agency, agency + " uses " + percent + "% of its limit or more (" + usage + ")");
    }

    @Test
    void whatHappenedBeforeTheStartIsNoNews() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        log.limit(agency, 10);
        log.camera(camera, "Gate", agency, CameraStatus.OFFLINE);
        log.uses(agency, 10);
        log.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED");
        try (RunningGateway again = RunningGateway.start(kafka, REGISTRY);
                StatsClient client = new StatsClient(again.port(), only())) {
            log.uses(agency, 9);
            var _ = client.first("AGENCY_LIMIT_UPDATE", it -> it.path("current").asInt() == 9);
            log.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED");
            JsonNode alert = client.first("ALERT", it -> true);

            assertThat(alert.path("alert_type").asString()).isEqualTo("STREAM_LIMIT");
            assertThat(client.frames())
                    .extracting(it -> it.path("type").asString())
                    .containsExactly("STREAM_STATS", "AGENCY_LIMIT_UPDATE", "ALERT");
            assertThat(client.first("STREAM_STATS", it -> true)
                            .path("source_stats")
                            .path(agency)
                            .path("current")
                            .asInt())
                    .isEqualTo(10);
        }
    }

    @Test
    void aClientHearsOfTheAgenciesItAsksForAndNoOther() {
        String third = "THIRD-" + agency;
        log.limit(third, 9);
        log.limit(agency, 9);
        log.camera(camera, "Gate", third, CameraStatus.ONLINE);
        try (StatsClient all = new StatsClient(gateway.port(), "");
                StatsClient two = new StatsClient(gateway.port(), only() + "&source=" + other)) {
            assertThat(two.first("STREAM_STATS", it -> true)
                            .path("source_stats")
                            .propertyNames())
                    .doesNotContain(third);
            log.uses(third, 9);
            log.refused(third, camera, "AGENCY_LIMIT_EXCEEDED");
            log.camera(camera, "Gate", third, CameraStatus.OFFLINE);
            var _ = all.first(
                    "AGENCY_LIMIT_UPDATE", it -> it.path("source").asString().equals(third));
            var _ = all.first("ALERT", it -> it.path("source").asString().equals(third));
            var _ = all.first(
                    "CAMERA_STATUS", it -> it.path("camera_id").asString().equals(camera));
            log.limit(other, 4);
            log.uses(agency, 2);

            var _ = two.first(
                    "AGENCY_LIMIT_UPDATE", it -> it.path("source").asString().equals(agency));
            var _ = two.first(
                    "AGENCY_LIMIT_UPDATE", it -> it.path("source").asString().equals(other));
            assertThat(two.frames())
                    .noneMatch(
                            it -> it.toString().contains(third) || it.toString().contains(camera));
        }
    }

    @Test
    void aCameraThatMovesIsToldOfWhereItIsNow() {
        log.limit(agency, 9);
        log.limit(other, 9);
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        try (StatsClient before = new StatsClient(gateway.port(), only());
                StatsClient now = new StatsClient(gateway.port(), "?source=" + other)) {
            log.camera(camera, "Gate", other, CameraStatus.OFFLINE);
            log.camera(camera, "Gate", other, CameraStatus.ERROR);
            var _ = now.first(
                    "CAMERA_STATUS", it -> it.path("status").asString().equals("ERROR"));
            log.uses(agency, 1);
            var _ = before.first("AGENCY_LIMIT_UPDATE", it -> true);

            assertThat(now.all("CAMERA_STATUS")).hasSize(2);
            assertThat(before.frames()).noneMatch(it -> it.toString().contains(camera));
        }
    }

    @Test
    void statisticsHaveAThreadOfTheirOwn() {
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            var _ = client.first("STREAM_STATS", it -> true);

            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .contains("gateway-statistics", "gateway-timers");
        }
    }

    @Test
    void aSlowClientLosesStatisticsInBetweenAndNeverTheNewest() {
        log.limit(agency, 1_000_000);
        log.granted(
                agency, IntStream.range(0, 1_000).mapToObj(it -> camera + it).collect(Collectors.toSet()));
        try (RunningGateway often = RunningGateway.start(
                        kafka,
                        REGISTRY,
                        "--rollcall.gateway.stats.interval=10ms",
                        "--rollcall.gateway.limits.queue=50KB");
                StatsClient quick = new StatsClient(often.port(), only());
                StatsClient slow = new StatsClient(often.port(), only())) {
            var _ = slow.first("STREAM_STATS", it -> it.path("active_streams").asInt() == 1_000);
            slow.stopReading();
            int before = quick.all("STREAM_STATS").size();
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> quick.all("STREAM_STATS").size() > before + 150);
            log.uses(agency, 5_000);
            var _ = quick.last("STREAM_STATS", it -> it.path("active_streams").asInt() == 5_000);

            slow.readOn();

            var _ = slow.last("STREAM_STATS", it -> it.path("active_streams").asInt() == 5_000);
            assertThat(slow.isOpen()).isTrue();
            assertThat(slow.all("AGENCY_LIMIT_UPDATE")).hasSize(1);
            assertThat(slow.all("STREAM_STATS"))
                    .hasSizeLessThan(quick.all("STREAM_STATS").size() - 50)
                    .extracting(it -> Instant.parse(it.path("timestamp").asString()))
                    .isSorted();
        }
    }

    @Test
    void aDocumentThatIsLongerThanTheQueueReachesSubscribersToo() {
        log.limit(agency, 1_000_000);
        log.granted(
                agency, IntStream.range(0, 1_000).mapToObj(it -> camera + it).collect(Collectors.toSet()));
        String feed = "agencies:" + agency;
        try (RunningGateway small = RunningGateway.start(kafka, REGISTRY, "--rollcall.gateway.limits.queue=50KB");
                Client client = Client.connected(small.port())) {
            var _ = client.subscribe(2, feed);

            JsonNode statistics = client.publications(feed, 2).getFirst();
            assertThat(statistics.toString()).hasSizeGreaterThan(50 * 1_024);
            assertThat(statistics.path("data").path("data").path("camera_stats").size())
                    .isEqualTo(1_000);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void whoAnswersPingsStaysAndWhoIsSilentGoes() throws IOException {
        try (RunningGateway impatient = RunningGateway.start(
                        kafka, REGISTRY, "--rollcall.gateway.stats.ping=200ms", "--rollcall.gateway.stats.silence=2s");
                StatsClient there = new StatsClient(impatient.port(), only());
                var silent = new Socket(InetAddress.getLoopbackAddress(), impatient.port())) {
            silent.setSoTimeout(20_000);
            silent.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
            var in = new DataInputStream(silent.getInputStream());
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) in.readUnsignedByte());
            }
            assertThat(head).startsWith("HTTP/1.1 101");
            int pings = 0;
            int opcode = in.readUnsignedByte() & 0x0F;
            while (opcode != 8) {
                pings += opcode == 9 ? 1 : 0;
                int length = in.readUnsignedByte();
                in.skipNBytes(length == 127 ? in.readLong() : length == 126 ? in.readUnsignedShort() : length);
                opcode = in.readUnsignedByte() & 0x0F;
            }
            assertThat(in.readUnsignedByte()).isGreaterThanOrEqualTo(2);
            assertThat(in.readUnsignedShort()).isEqualTo(3012);
            assertThat(pings).isPositive();

            await().atMost(PATIENCE).until(() -> there.pings() >= 12);
            assertThat(there.isOpen()).isTrue();
        }
    }

    @Test
    void whileKafkaIsAwayClientsAreToldAndGoOnWhenItIsBack() {
        try (KafkaCluster.Own own = KafkaCluster.own()) {
            own.createTopics(Topics.all());
            try (RunningGateway often = RunningGateway.start(
                            own.bootstrapServers(), REGISTRY, "--rollcall.gateway.stats.interval=100ms");
                    StatsClient client = new StatsClient(often.port(), only())) {
                own.stop();
                JsonNode alert = client.first("ALERT", it -> true);
                own.start();
                var _ = client.first(
                        "ALERT", it -> it.path("severity").asString().equals("LOW"));
                try (var again = new StatsLog(own.bootstrapServers(), REGISTRY)) {
                    again.limit(agency, 7);
                    var _ = client.last("AGENCY_LIMIT_UPDATE", it -> it.equals(update(0, 7, "0.0")));
                }

                assertThat(alert.path("alert_type").asString()).isEqualTo("SYSTEM_ERROR");
                assertThat(alert.path("severity").asString()).isEqualTo("CRITICAL");
                assertThat(alert.path("source").isNull()).isTrue();
                assertThat(client.isOpen()).isTrue();
            }
        }
    }

    @Test
    void whatAClientSaysIsNotLookedAt() {
        log.limit(agency, 9);
        try (StatsClient client = new StatsClient(gateway.port(), only())) {
            client.send("garbage");
            client.send("{\"type\":\"anything\"}");
            log.uses(agency, 1);

            var _ = client.first("AGENCY_LIMIT_UPDATE", it -> true);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void theEndOfTheGatewayIsSaidToTheClient() {
        RunningGateway ending = RunningGateway.start(kafka, REGISTRY);
        try (ending;
                StatsClient client = new StatsClient(ending.port(), "")) {
            ending.stop();

            assertThat(client.closeCode()).isEqualTo(3001);
        }
    }

    @Test
    void connectionsAreCounted() {
        try (RunningGateway counted = RunningGateway.start(kafka, REGISTRY)) {
            try (StatsClient first = new StatsClient(counted.port(), "");
                    StatsClient second = new StatsClient(counted.port(), "")) {
                assertThat(List.of(first.isOpen(), second.isOpen())).containsOnly(true);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(counted.metrics())
                                .anyMatch(it -> it.matches("websocket_connections(\\{.*})? 2\\.0"))
                                .anyMatch(it -> it.matches("websocket_connections_total(\\{.*})? 2\\.0")));
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(counted.metrics())
                            .anyMatch(it -> it.matches("websocket_connections(\\{.*})? 0\\.0"))
                            .anyMatch(it -> it.matches("websocket_connections_total(\\{.*})? 2\\.0")));
        }
    }

    // The same for SDKs

    @Test
    void aFeedBeginsWithWhatThereIsAndHasNoPositions() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        log.limit(agency, 3);
        log.granted(agency, camera);
        String feed = "agencies:" + agency;
        try (StatsClient known = new StatsClient(gateway.port(), only());
                Client client = Client.connected(gateway.port())) {
            var _ = known.last("STREAM_STATS", it -> true);
            JsonNode start = client.subscribe(2, feed);
            JsonNode first = client.publications(feed, 1).getFirst();
            log.granted(agency, camera);

            assertThat(start.isEmpty()).isTrue();
            assertThat(first.propertyNames()).containsExactly("data");
            assertThat(first.path("data").path("type").asString()).isEqualTo("STREAM_STATS");
            assertThat(first.path("data").path("data").path("source_stats").propertyNames())
                    .containsExactly(agency);
            assertThat(publication(client, feed, "AGENCY_LIMIT_UPDATE")).isEqualTo(update(2, 3, "66.7"));
            assertThat(publication(client, feed, "DECISION")).isEqualTo(json("""
                                    {"seq":3,"at":"2026-11-26T10:00:03.000Z","outcome":"GRANTED","reason":null,
                                    "reservation_id":"r-3","camera_id":"%s","user_id":"ann","usage_before":1,
                                    "usage_after":2,"limit":3}""".formatted(camera)));
            client.send("{\"id\":3,\"history\":{\"channel\":\"" + feed + "\",\"limit\":1}}");
            assertThat(client.reply(3).path("error").path("code").asInt()).isEqualTo(108);
            client.send("{\"id\":4,\"publish\":{\"channel\":\"" + feed + "\",\"data\":{}}}");
            assertThat(client.reply(4).path("error").path("code").asInt()).isEqualTo(103);
        }
    }

    @Test
    void aFeedBeginsWithWhichReservedCamerasAreNotOnline() {
        String idle = "idle-" + camera;
        String online = "online-" + camera;
        log.limit(agency, 9);
        for (String reserved : List.of(camera, online)) {
            log.camera(reserved, "Gate", agency, CameraStatus.ONLINE);
            log.granted(agency, reserved);
        }
        log.camera(idle, "Gate", agency, CameraStatus.OFFLINE);
        log.camera(camera, "Gate", agency, CameraStatus.ERROR);
        String feed = "agencies:" + agency;
        try (RunningGateway again = RunningGateway.start(kafka, REGISTRY);
                Client client = Client.connected(again.port());
                StatsClient plain = new StatsClient(again.port(), only())) {
            var _ = client.subscribe(2, feed);
            log.uses(agency, 3);
            var _ = publication(client, feed, "AGENCY_LIMIT_UPDATE");
            var _ = plain.first("AGENCY_LIMIT_UPDATE", it -> true);

            assertThat(client.publications(feed))
                    .extracting(it -> it.path("data").path("type").asString())
                    .startsWith("STREAM_STATS", "CAMERA_STATUSES")
                    .containsOnlyOnce("CAMERA_STATUSES");
            assertThat(publication(client, feed, "CAMERA_STATUSES"))
                    .isEqualTo(json("{\"cameras\":[{\"camera_id\":\"%s\",\"status\":\"ERROR\"}]}".formatted(camera)));
            assertThat(plain.all("CAMERA_STATUSES")).isEmpty();
        }
    }

    @Test
    void aReservedCameraThatMovesIsListedToThoseWhoseItIsNow() {
        String here = "agencies:" + agency;
        String there = "agencies:" + other;
        JsonNode none = json("{\"cameras\":[]}");
        JsonNode listed = json("{\"cameras\":[{\"camera_id\":\"%s\",\"status\":\"OFFLINE\"}]}".formatted(camera));
        log.limit(agency, 9);
        log.limit(other, 9);
        log.camera(camera, "Gate", agency, CameraStatus.OFFLINE);
        log.granted(agency, camera);
        try (RunningGateway again = RunningGateway.start(kafka, REGISTRY);
                Client early = Client.connected(again.port());
                Client late = Client.connected(again.port())) {
            var _ = early.subscribe(2, here);
            var _ = early.subscribe(3, there);
            assertThat(publication(early, here, "CAMERA_STATUSES")).isEqualTo(listed);
            assertThat(publication(early, there, "CAMERA_STATUSES")).isEqualTo(none);

            log.camera(camera, "Gate", other, CameraStatus.OFFLINE);

            await().atMost(PATIENCE).until(() -> latestStatuses(early, here), none::equals);
            await().atMost(PATIENCE).until(() -> latestStatuses(early, there), listed::equals);
            var _ = late.subscribe(2, here);
            var _ = late.subscribe(3, there);
            assertThat(publication(late, here, "CAMERA_STATUSES")).isEqualTo(none);
            assertThat(publication(late, there, "CAMERA_STATUSES")).isEqualTo(listed);
        }
    }

    @Test
    void theFeedOfEverythingIsWhatPlainClientsHear() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        try (Client client = Client.connected(gateway.port());
                StatsClient plain = new StatsClient(gateway.port(), "")) {
            var _ = client.subscribe(2, "stats");
            log.limit(agency, 1);
            var _ = plain.first(
                    "AGENCY_LIMIT_UPDATE", it -> it.path("source").asString().equals(agency));
            log.uses(agency, 1);
            log.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED");
            log.camera(camera, "Gate", agency, CameraStatus.ERROR);

            assertThat(client.publications("stats", 1)
                            .getFirst()
                            .path("data")
                            .path("type")
                            .asString())
                    .isEqualTo("STREAM_STATS");
            var _ = publication(client, "stats", "AGENCY_LIMIT_UPDATE");
            var _ = publication(client, "stats", "ALERT");
            assertThat(publication(client, "stats", "CAMERA_STATUS")
                            .path("previous_status")
                            .asString())
                    .isEqualTo("ONLINE");
        }
    }

    @Test
    void theFeedOfACameraTellsWhoWatchesIt() {
        log.camera(camera, "Gate", agency, CameraStatus.ONLINE);
        log.limit(agency, 3);
        String feed = "cameras:" + camera;
        try (StatsClient known = new StatsClient(gateway.port(), only());
                Client client = Client.connected(gateway.port())) {
            log.uses(agency, 0);
            log.limit(agency, 4);
            var _ = known.last("AGENCY_LIMIT_UPDATE", it -> true);
            var _ = client.subscribe(2, feed);
            assertThat(client.publications(feed, 1).getFirst().path("data").path("data"))
                    .isEqualTo(state("ONLINE", 0, null));
            log.granted(agency, camera);
            until(client, feed, state("ONLINE", 0, "2026-11-26T10:00:00.000Z"));
            log.joined(camera, "viewer_1");
            until(client, feed, state("ONLINE", 1, "2026-11-26T10:00:00.000Z"));
            log.camera(camera, "Gate", agency, CameraStatus.OFFLINE);
            until(client, feed, state("OFFLINE", 1, "2026-11-26T10:00:00.000Z"));
            log.left(camera, "viewer_1");
            log.ended(agency, camera);
            until(client, feed, state("OFFLINE", 0, null));
        }
    }

    private JsonNode state(String status, int viewers, @Nullable String since) {
        return json("""
                {"camera_id":"%s","camera_name":"Gate","source":"%s","status":"%s","viewer_count":%d,"active_since":%s}""".formatted(camera, agency, status, viewers, since == null ? "null" : "\"" + since + "\""));
    }

    private static void until(Client client, String feed, JsonNode wanted) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                client.publications(feed).getLast().path("data").path("data"))
                        .isEqualTo(wanted));
    }

    private static JsonNode latestStatuses(Client client, String feed) {
        return client.publications(feed).stream()
                .map(it -> it.path("data"))
                .filter(it -> it.path("type").asString("").equals("CAMERA_STATUSES"))
                .toList()
                .getLast()
                .path("data");
    }

    private static JsonNode publication(Client client, String feed, String type) {
        return await().atMost(PATIENCE)
                .until(
                        () -> client.publications(feed).stream()
                                .map(it -> it.path("data"))
                                .filter(it -> it.path("type").asString("").equals(type))
                                .map(it -> it.path("data"))
                                .findFirst()
                                .orElse(null),
                        it -> it != null);
    }

    @ParameterizedTest
    @CsvSource({"agencies:, 107", "cameras:, 107", "cameras:%, 107", "agencies:%C3, 107", "stat, 102"})
    void whatIsNoNameIsRefused(String channel, int code) {
        try (Client client = Client.connected(gateway.port())) {
            client.send("{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\"}}");

            assertThat(client.reply(2).path("error").path("code").asInt()).isEqualTo(code);
        }
    }

    @Test
    void aFeedOfNothingIsSilentUntilThereIsSomething() {
        String encoded = agency.replace("-", "%2D");
        try (Client client = Client.connected(gateway.port());
                StatsClient plain = new StatsClient(gateway.port(), "")) {
            var _ = client.subscribe(2, "agencies:" + encoded);
            var _ = client.subscribe(3, "cameras:" + camera);
            log.limit(other, 1);
            var _ = plain.first(
                    "AGENCY_LIMIT_UPDATE", it -> it.path("source").asString().equals(other));
            assertThat(client.publications("agencies:" + encoded)).isEmpty();

            log.limit(agency, 5);
            log.camera(camera, "Gate", agency, CameraStatus.ONLINE);

            assertThat(publication(client, "agencies:" + encoded, "AGENCY_LIMIT_UPDATE"))
                    .isEqualTo(update(0, 5, "0.0"));
            until(client, "cameras:" + camera, state("ONLINE", 0, null));
        }
    }
}
