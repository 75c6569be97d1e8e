package io.rollcall.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.UnfitBrokerException;
import io.rollcall.kit.streams.StreamsRuntime;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.quota.leases.OnePartition;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.quota.leases.wire.QuotaRules;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole service, twice, on a real broker, with tokens of a real issuer: every row of the contract over HTTP, and
 * commands as session-api sends them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaCounterTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String AGENCIES = "/api/v1/agencies";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FixedRegistry registry = new FixedRegistry();
    private final HttpClient http = HttpClient.newHttpClient();

    private Path data;
    private KafkaCluster.Own kafka;
    private TestIssuer issuer;
    private Instance first;
    private Instance second;
    private CommandClient<QuotaCommand, QuotaEvent> commands;

    private record Instance(ConfigurableApplicationContext context, int port, int management) {}

    private record Reply(int status, String body) {
        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    @BeforeAll
    void startAll(@TempDir Path folder) {
        data = folder;
        kafka = KafkaCluster.own();
        kafka.createTopics(Topics.all());
        issuer = TestIssuer.start();
        first = start("first");
        second = start("second");
        commands = new CommandClient<>(
                new QuotaRules(new Terms(Duration.ZERO, Duration.ZERO, Duration.ZERO, 100_000, null)),
                registry,
                first.context().getBean(KafkaSettings.class),
                "another-service",
                InstantSource.system(),
                Duration.ofSeconds(20),
                1_000);
        commands.start();
        ready(first);
        ready(second);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(commands.check()).isEqualTo(Readiness.up()));
        // Both decide, and both know it.
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(owned(first)).isNotEmpty();
            assertThat(owned(second)).isNotEmpty();
        });
    }

    @AfterAll
    void stopAll() {
        commands.stop();
        second.context().close();
        first.context().close();
        issuer.close();
        kafka.close();
    }

    private Instance start(String name) {
        int port = freePort();
        int management = freePort();
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        List<String> arguments = new ArrayList<>(List.of(issuer.arguments()));
        arguments.addAll(List.of(
                "--server.port=" + port,
                "--management.server.port=" + management,
                "--rollcall.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                "--rollcall.data-dir=" + data.resolve(name),
                "--rollcall.quota.limits=DUBAI_POLICE=2,METRO=0",
                "--rollcall.quota.leases.viewer-grace=1s"));
        return new Instance(
                new SpringApplicationBuilder(QuotaCounterApplication.class)
                        .initializers(withRegistry)
                        .run(arguments.toArray(String[]::new)),
                port,
                management);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ready(Instance instance) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Reply ready = ask(instance.port(), "GET", "/readyz", null, null);
            assertThat(ready.status()).as(ready.body()).isEqualTo(200);
        });
    }

    private static List<Integer> owned(Instance instance) {
        return instance.context().getBean(StreamsRuntime.class).running().metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .map(task -> task.taskId().partition())
                .toList();
    }

    private Reply ask(int port, String method, String path, @Nullable String token, @Nullable String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Reply get(Instance instance, String path) {
        return ask(instance.port(), "GET", path, issuer.token("ann").signed(), null);
    }

    private Reply get(String path) {
        return get(first, path);
    }

    private Reply put(String agency, String body) {
        return ask(
                first.port(),
                "PUT",
                AGENCIES + "/" + encoded(agency) + "/limit",
                issuer.adminToken("root").signed(),
                body);
    }

    private void limit(String agency, int limit) {
        Reply reply = put(agency, "{\"limit\":" + limit + "}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String agency() {
        return "agency-" + UUID.randomUUID();
    }

    private static CommandHeader header() {
        String id = UUID.randomUUID().toString();
        return CommandHeader.newBuilder()
                .setCommandId(id)
                .setIssuedAt(Instant.now())
                .setAuthor("ann")
                .setCorrelationId(id)
                .build();
    }

    private String newId(String agency) {
        UUID random = UUID.randomUUID();
        return ReservationIds.of(
                ReservationIds.partitionOf(agency, commands.partitions()),
                ByteBuffer.allocate(16)
                        .putLong(random.getMostSignificantBits())
                        .putLong(random.getLeastSignificantBits())
                        .array());
    }

    private QuotaEvent reserve(String agency, String id, String camera) {
        CommandHeader header = header();
        return commands.send(
                        agency,
                        header,
                        QuotaCommand.newBuilder()
                                .setHeader(header)
                                .setType(QuotaCommandType.RESERVE)
                                .setAgency(agency)
                                .setReservationId(id)
                                .setReserveSlot(new ReserveSlot(camera, "user-1", "ann", "high"))
                                .build())
                .join();
    }

    private QuotaEvent about(String id, QuotaCommandType type, Consumer<QuotaCommand.Builder> more) {
        CommandHeader header = header();
        var command = QuotaCommand.newBuilder().setHeader(header).setType(type).setReservationId(id);
        more.accept(command);
        int partition = ReservationIds.partition(id).orElseThrow();
        return commands.send(partition, id, header, command.build()).join();
    }

    private QuotaEvent release(String id) {
        return about(
                id,
                QuotaCommandType.RELEASE,
                command -> command.setReleaseLease(new ReleaseLease(EndReason.RELEASED, "")));
    }

    private static String granted(QuotaEvent event) {
        assertThat(answer(event)).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
        return event.getReservationId();
    }

    private static Answer answer(QuotaEvent event) {
        return Objects.requireNonNull(event.getAnswer());
    }

    private static void error(Reply reply, int status, String words) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo("{\"error\":\"" + words + "\"}");
    }

    @Test
    void agenciesOfTheConfigurationAreThereFromTheStartOnEveryInstance() {
        for (Instance instance : List.of(first, second)) {
            JsonNode agencies = get(instance, AGENCIES).json().path("agencies");
            assertThat(agencies.findValuesAsString("source")).contains("DUBAI_POLICE", "METRO");
            JsonNode metro = get(instance, AGENCIES + "/METRO").json();
            assertThat(metro.path("limit").asInt(-1)).isZero();
            assertThat(metro.path("usage_percent").asDouble(-1)).isZero();
            assertThat(metro.path("available").asInt(-1)).isZero();
        }
    }

    @Test
    void anAgencyTellsItsUsageAndPagesThroughItsLeases() {
        String agency = agency();
        limit(agency, 3);
        String one = granted(reserve(agency, newId(agency), "gate 1"));
        String two = granted(reserve(agency, newId(agency), "gate 2"));

        for (Instance instance : List.of(first, second)) {
            JsonNode whole = get(instance, AGENCIES + "/" + agency).json();
            assertThat(whole.path("source").asString()).isEqualTo(agency);
            assertThat(whole.path("current").asInt()).isEqualTo(2);
            assertThat(whole.path("limit").asInt()).isEqualTo(3);
            assertThat(whole.path("usage_percent").asDouble()).isEqualTo(66.7);
            assertThat(whole.path("available").asInt()).isEqualTo(1);
            assertThat(whole.path("active_cameras").asInt()).isEqualTo(2);
            assertThat(whole.path("total").asInt()).isEqualTo(2);
            assertThat(whole.path("leases").findValuesAsString("reservation_id"))
                    .containsExactly(two, one);
            JsonNode lease = whole.path("leases").path(0);
            assertThat(lease.path("camera_id").asString()).isEqualTo("gate 2");
            assertThat(lease.path("user_id").asString()).isEqualTo("user-1");
            assertThat(lease.path("quality").asString()).isEqualTo("high");
            assertThat(lease.path("viewer").asString()).isEqualTo("unseen");
            assertThat(Instant.parse(lease.path("expires_at").asString()))
                    .isEqualTo(
                            Instant.parse(lease.path("granted_at").asString()).plus(Duration.ofHours(1)));
            JsonNode secondPage =
                    get(instance, AGENCIES + "/" + agency + "?page=2&limit=1").json();
            assertThat(secondPage.path("leases").findValuesAsString("reservation_id"))
                    .containsExactly(one);
        }
    }

    @Test
    void anUnknownAgencyIs404InTheWordsOfTheContract() {
        error(get(AGENCIES + "/NOBODY"), 404, "Agency not found");
        error(get(second, AGENCIES + "/NOBODY/decisions"), 404, "Agency not found");
    }

    @Test
    void aLimitTakesEffectForTheNextDecisionAndEvictsNobody() {
        String agency = agency();
        limit(agency, 1);
        String id = granted(reserve(agency, newId(agency), "gate"));
        QuotaEvent refused = reserve(agency, newId(agency), "gate");
        assertThat(answer(refused).getReason()).isEqualTo("AGENCY_LIMIT_EXCEEDED");
        assertThat(refused.getUsageAfter()).isOne();
        assertThat(refused.getLimit()).isOne();

        Reply lowered = put(agency, "{\"limit\":0,\"unknown\":true}");

        assertThat(lowered.json().path("current").asInt()).isOne();
        assertThat(lowered.json().path("limit").asInt(-1)).isZero();
        assertThat(lowered.json().path("active_cameras").asInt()).isOne();
        assertThat(answer(about(id, QuotaCommandType.HEARTBEAT, _ -> {})).getOutcome())
                .isEqualTo(Outcome.ACCEPTED);
        assertThat(get(AGENCIES + "/" + agency).json().path("current").asInt()).isOne();
        limit(agency, 2);
        granted(reserve(agency, newId(agency), "gate"));
    }

    @Test
    void anAgencyWithoutALimitIsAtItsLimitOfNothing() {
        String agency = agency();
        QuotaEvent refused = reserve(agency, newId(agency), "gate");
        assertThat(answer(refused).getReason()).isEqualTo("AGENCY_LIMIT_EXCEEDED");
        assertThat(refused.getLimit()).isNull();
        error(get(AGENCIES + "/" + agency), 404, "Agency not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"شرطة دبي", "a/b", "with space", "quote\"d", "100%", "Ω"})
    void anAgencyMayBeCalledAnything(String name) {
        String agency = name + UUID.randomUUID();
        limit(agency, 1);
        granted(reserve(agency, newId(agency), "cam/1 ü"));
        for (Instance instance : List.of(first, second)) {
            JsonNode whole = get(instance, AGENCIES + "/" + encoded(agency)).json();
            assertThat(whole.path("source").asString()).isEqualTo(agency);
            assertThat(whole.path("leases").findValuesAsString("camera_id")).containsExactly("cam/1 ü");
            assertThat(get(instance, AGENCIES + "/" + encoded(agency) + "/decisions")
                            .json()
                            .path("decisions")
                            .size())
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"limit\":null}",
                "{\"limit\":-1}",
                "{\"limit\":1000001}",
                "{\"limit\":1.5}",
                "{\"limit\":\"5\"}",
                "{\"limit\":99999999999}",
                "[]"
            })
    void aLimitIsAWholeNumber(String body) {
        error(put("METRO", body), 400, "limit must be a whole number from 0 to 1000000");
    }

    @Test
    void whatIsNoJsonIsAnInvalidBody() {
        error(put("METRO", "{"), 400, "Invalid request body");
    }

    @Test
    void aLimitIsSetByAdminsOnlyAndNothingIsReadWithoutAToken() {
        String path = AGENCIES + "/METRO/limit";
        error(ask(first.port(), "PUT", path, issuer.token("ann").signed(), "{\"limit\":5}"), 403, "Forbidden");
        error(ask(first.port(), "PUT", path, null, "{\"limit\":5}"), 401, "Unauthorized");
        error(ask(first.port(), "GET", AGENCIES, "no.token.this", null), 401, "Unauthorized");
        assertThat(ask(first.port(), "GET", "/internal/v1/agencies?partitions=0", null, null)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void decisionsAreTheAuditTrailOldestFirst() {
        String agency = agency();
        limit(agency, 1);
        String id = granted(reserve(agency, newId(agency), "gate"));
        String refusedId = newId(agency);
        reserve(agency, refusedId, "yard");
        granted(release(id));

        for (Instance instance : List.of(first, second)) {
            JsonNode all = get(instance, AGENCIES + "/" + agency + "/decisions").json();
            assertThat(all.path("next").isNull()).isTrue();
            assertThat(all.path("decisions").findValuesAsString("outcome"))
                    .containsExactly("LIMIT_CHANGED", "GRANTED", "REFUSED", "ENDED");
            assertThat(all.path("decisions").findValuesAsString("seq")).containsExactly("1", "2", "3", "4");
            JsonNode refused = all.path("decisions").path(2);
            assertThat(refused.path("reason").asString()).isEqualTo("AGENCY_LIMIT_EXCEEDED");
            assertThat(refused.path("reservation_id").asString()).isEqualTo(refusedId);
            assertThat(refused.path("camera_id").asString()).isEqualTo("yard");
            assertThat(refused.path("user_id").asString()).isEqualTo("user-1");
            assertThat(refused.path("usage_before").asInt()).isOne();
            assertThat(refused.path("usage_after").asInt()).isOne();
            assertThat(refused.path("limit").asInt()).isOne();
            JsonNode ended = all.path("decisions").path(3);
            assertThat(ended.path("reason").asString()).isEqualTo("released");
            assertThat(ended.path("usage_before").asInt()).isOne();
            assertThat(ended.path("usage_after").asInt(-1)).isZero();
        }
    }

    @Test
    void decisionsAreFilteredByTimeAndOutcomeAndPaged() {
        String agency = agency();
        limit(agency, 1);
        for (int i = 0; i < 5; i++) {
            release(granted(reserve(agency, newId(agency), "gate")));
        }
        String path = AGENCIES + "/" + agency + "/decisions";
        for (Instance instance : List.of(first, second)) {
            JsonNode page = get(instance, path + "?limit=4").json();
            assertThat(page.path("decisions").findValuesAsString("seq")).containsExactly("1", "2", "3", "4");
            assertThat(page.path("next").asLong()).isEqualTo(4);
            assertThat(get(instance, path + "?limit=4&after=8")
                            .json()
                            .path("decisions")
                            .findValuesAsString("seq"))
                    .containsExactly("9", "10", "11");
            assertThat(get(instance, path + "?after=11")
                            .json()
                            .path("decisions")
                            .size())
                    .isZero();
            assertThat(get(instance, path + "?outcome=ENDED&limit=2")
                            .json()
                            .path("decisions")
                            .findValuesAsString("seq"))
                    .containsExactly("3", "5");
            String at = get(instance, path)
                    .json()
                    .path("decisions")
                    .path(5)
                    .path("at")
                    .asString();
            JsonNode since = get(instance, path + "?from=" + at).json().path("decisions");
            assertThat(since)
                    .isNotEmpty()
                    .allSatisfy(it ->
                            assertThat(Instant.parse(it.path("at").asString())).isAfterOrEqualTo(at));
            assertThat(since.findValuesAsString("seq")).contains("6", "11");
            JsonNode until = get(instance, path + "?to=" + at).json().path("decisions");
            assertThat(until.findValuesAsString("seq")).contains("1", "6");
            assertThat(until)
                    .allSatisfy(it ->
                            assertThat(Instant.parse(it.path("at").asString())).isBeforeOrEqualTo(at));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "outcome=MAYBE",
                "after=-1",
                "after=x",
                "after=99999",
                "limit=0",
                "limit=1001",
                "from=yesterday",
                "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"
            })
    void whatDecisionsAreAskedForByMustBeRight(String query) {
        for (Instance instance : List.of(first, second)) {
            Reply reply = get(instance, AGENCIES + "/METRO/decisions?" + query);
            assertThat(reply.status()).as(reply.body()).isEqualTo(400);
            assertThat(reply.json().path("error").asString()).contains(query.substring(0, query.indexOf('=')));
        }
    }

    @Test
    void aHeartbeatOfWhatIsReleasedIsRefusedAndNothingIsFreedTwice() {
        String agency = agency();
        limit(agency, 2);
        String id = granted(reserve(agency, newId(agency), "gate"));
        granted(reserve(agency, newId(agency), "gate"));

        assertThat(answer(release(id)).getOutcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(answer(release(id)).getReason()).isEqualTo("NOT_FOUND");
        assertThat(answer(about(id, QuotaCommandType.HEARTBEAT, _ -> {})).getReason())
                .isEqualTo("NOT_FOUND");
        assertThat(answer(about(id, QuotaCommandType.RENEW, _ -> {})).getReason())
                .isEqualTo("NOT_FOUND");
        assertThat(get(AGENCIES + "/" + agency).json().path("current").asInt()).isOne();
    }

    @Test
    void aRenewalGivesAnotherHour() {
        String agency = agency();
        limit(agency, 1);
        QuotaEvent first = reserve(agency, newId(agency), "gate");

        QuotaEvent renewed = about(granted(first), QuotaCommandType.RENEW, _ -> {});

        Instant before = Objects.requireNonNull(first.getLease()).getExpiresAt();
        assertThat(Objects.requireNonNull(renewed.getLease()).getExpiresAt()).isAfterOrEqualTo(before);
        assertThat(renewed.getLease().getExpiresAt())
                .isEqualTo(renewed.getLease().getRenewedAt().plus(Duration.ofHours(1)));
    }

    @Test
    void aViewerWhoLeavesTheRoomFreesTheSlotSoonAndByItself() throws Exception {
        String agency = agency();
        limit(agency, 1);
        String id = granted(reserve(agency, newId(agency), "gate"));
        Map<String, String> attributes = Map.of("reservation_id", id, "agency", agency);
        roomEvent(RoomEvent.newBuilder()
                .setType(RoomEventType.PARTICIPANT_JOINED)
                .setParticipantJoined(ParticipantJoined.newBuilder()
                        .setParticipantSid("PA_1")
                        .setAttributes(attributes)
                        .build()));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(AGENCIES + "/" + agency)
                                .json()
                                .path("leases")
                                .findValuesAsString("viewer"))
                        .containsExactly("present"));

        roomEvent(RoomEvent.newBuilder()
                .setType(RoomEventType.PARTICIPANT_LEFT)
                .setParticipantLeft(ParticipantLeft.newBuilder()
                        .setParticipantSid("PA_1")
                        .setAttributes(attributes)
                        .build()));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(AGENCIES + "/" + agency + "/decisions?outcome=ENDED")
                                .json()
                                .path("decisions")
                                .findValuesAsString("reason"))
                        .containsExactly("viewer_left"));
        granted(reserve(agency, newId(agency), "gate"));
    }

    private void roomEvent(RoomEvent.Builder event) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new AvroSerde<>(Topics.ROOM_EVENTS, registry))) {
            producer.send(new ProducerRecord<>(
                            Topics.ROOM_EVENTS.name(),
                            "camera_gate",
                            event.setId(UUID.randomUUID().toString()).build()))
                    .get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void oneInstanceTakesOverAllAndKeepsWhatWasSet(@TempDir Path folder) {
        String agency = agency();
        limit(agency, 2);
        limit("DUBAI_POLICE", 77);
        String id = granted(reserve(agency, newId(agency), "gate"));

        second.context().close();
        await().atMost(PATIENCE).untilAsserted(() -> {
            Reply whole = get(first, AGENCIES + "/" + agency);
            assertThat(whole.status()).as(whole.body()).isEqualTo(200);
            assertThat(whole.json().path("leases").findValuesAsString("reservation_id"))
                    .containsExactly(id);
        });
        assertThat(answer(about(id, QuotaCommandType.HEARTBEAT, _ -> {})).getOutcome())
                .isEqualTo(Outcome.ACCEPTED);
        second = start("second");
        ready(second);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(second, AGENCIES + "/DUBAI_POLICE")
                                .json()
                                .path("limit")
                                .asInt())
                        .isEqualTo(77));
    }

    @Test
    void metricsTellUsageAndLimitsAndHowLongDecisionsTake() {
        String agency = agency();
        limit(agency, 4);
        granted(reserve(agency, newId(agency), "gate"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            String metrics =
                    ask(first.management(), "GET", "/metrics", null, null).body();
            assertThat(metrics).containsPattern("agency_usage\\{[^}]*source=\"" + agency + "\"[^}]*} 1.0");
            assertThat(metrics).containsPattern("agency_limit\\{[^}]*source=\"" + agency + "\"[^}]*} 4.0");
            assertThat(metrics).contains("quota_decision_seconds_count");
        });
    }

    @Test
    void theApiIsDescribed() {
        JsonNode paths =
                ask(first.port(), "GET", "/v3/api-docs", null, null).json().path("paths");
        assertThat(paths.propertyNames())
                .contains(
                        AGENCIES,
                        AGENCIES + "/{source}",
                        AGENCIES + "/{source}/limit",
                        AGENCIES + "/{source}/decisions")
                .noneMatch(path -> path.startsWith("/internal"));
    }

    @Test
    void aTotalLimitNeedsASinglePartition() throws Exception {
        var check = new OnePartition(100);
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                var other = KafkaCluster.own();
                var otherAdmin = Admin.create(Map.of("bootstrap.servers", other.bootstrapServers()))) {
            assertThatThrownBy(() -> check.check(admin))
                    .isInstanceOf(UnfitBrokerException.class)
                    .hasMessageContaining("QUOTA_LIMIT_TOTAL");
            new OnePartition(null).check(admin);
            otherAdmin
                    .createTopics(List.of(new NewTopic(Topics.QUOTA_COMMANDS.name(), 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> check.check(otherAdmin));
        }
    }
}
