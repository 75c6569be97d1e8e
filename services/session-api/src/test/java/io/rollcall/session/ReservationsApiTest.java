package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomState;
import io.rollcall.session.TwoInstances.Instance;
import io.rollcall.session.livekit.RoomApi;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every row of the contract of reservations over HTTP, on the whole service. Quotas are decided by {@link TestQuota}, a test
 * double; LiveKit is livekit-sim, another one.
 */
@ExtendWith(TwoInstances.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReservationsApiTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String STREAM = "/api/v1/stream";
    private static final String RESERVE = STREAM + "/reserve";
    private static final Map<String, String> AS_JSON = Map.of("Content-Type", "application/json");

    private TwoInstances stack;
    private Instance first;
    private Instance second;

    private record Reply(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            return JSON.readTree(body);
        }

        String id() {
            assertThat(status).as(body).isEqualTo(201);
            return json().path("reservation_id").asString();
        }

        String token() {
            return json().path("token").asString();
        }
    }

    @BeforeAll
    void share(TwoInstances running) {
        stack = running;
        first = running.first;
        second = running.second;
    }

    @AfterEach
    void mend() throws Exception {
        faults("DELETE", "");
        stack.quota.away(false);
        stack.quota.totalLimit(null);
        stack.quota.capacity(Integer.MAX_VALUE);
    }

    private Reply call(
            Instance instance, String user, String method, String path, Map<String, String> headers, String body) {
        String token = (user.equals("ada") ? stack.issuer.adminToken("ada") : stack.issuer.token(user)).signed();
        byte[] bytes = body.isEmpty() ? null : body.getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> response = stack.ask(instance, method, path, token, headers, bytes);
        return new Reply(response.statusCode(), response.body(), response);
    }

    private Reply reserve(String user, String camera) {
        return call(first, user, "POST", RESERVE, AS_JSON, body(camera, user));
    }

    private Reply reserve(Instance instance, String user, String camera, String key) {
        return call(instance, user, "POST", RESERVE, with(key), body(camera, user));
    }

    private Reply about(String user, String method, String what, String id) {
        return call(first, user, method, STREAM + "/" + what + "/" + id, Map.of(), "");
    }

    private Reply release(String user, String id) {
        return about(user, "DELETE", "release", id);
    }

    private static Map<String, String> with(String key) {
        return Map.of("Content-Type", "application/json", "Idempotency-Key", key);
    }

    private static String body(String camera, String user) {
        return JSON.writeValueAsString(Map.of("camera_id", camera, "user_id", user));
    }

    private static String any(String what) {
        return what + "-" + UUID.randomUUID();
    }

    /** An agency with a limit, and nothing reserved. */
    private String agency(int limit) {
        String agency = any("AGENCY");
        stack.quota.limit(agency, limit);
        return agency;
    }

    private String camera(String agency) {
        return camera(agency, "ONLINE");
    }

    private String camera(String agency, String status) {
        String id = any("gate 1/بوابة");
        String row = JSON.writeValueAsString(Map.of("id", id, "name", "Main gate", "source", agency, "status", status));
        Reply reply = call(first, "ada", "POST", "/api/v1/cameras/import", AS_JSON, "{\"cameras\":[" + row + "]}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        for (Instance instance : List.of(first, second)) {
            await().atMost(TwoInstances.PATIENCE)
                    .until(() ->
                            call(instance, "ann", "GET", at(id), Map.of(), "").status() == 200);
        }
        return id;
    }

    private static String at(String camera) {
        return "/api/v1/cameras/"
                + java.net.URLEncoder.encode(camera, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static void error(Reply reply, int status, String words) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo(JSON.writeValueAsString(Map.of("error", words)));
    }

    private JsonNode faults(String method, String body) throws Exception {
        return sim(method, method.equals("DELETE") ? "faults" : "faults/api", body);
    }

    private JsonNode sim(String method, String path, String body) throws Exception {
        var answer = stack.http.send(
                HttpRequest.newBuilder(stack.livekit.url().resolve("/sim/" + path))
                        .timeout(Duration.ofSeconds(10))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    private void livekitFails(String method) throws Exception {
        faults("POST", "{\"methods\":[\"" + method + "\"],\"outcome\":\"internal\"}");
    }

    private Set<String> peopleIn(String camera) throws Exception {
        Set<String> people = new HashSet<>();
        for (JsonNode room : sim("GET", "rooms", "")) {
            if (room.path("room").asString().equals("camera_" + camera)) {
                room.path("people").forEach(it -> people.add(it.path("identity").asString()));
            }
        }
        return people;
    }

    private boolean roomIsThere(String camera) throws Exception {
        for (JsonNode room : sim("GET", "rooms", "")) {
            if (room.path("room").asString().equals("camera_" + camera)) {
                return true;
            }
        }
        return false;
    }

    /** Somebody opens the room with a token, as LiveKit sees it. */
    private void join(String token) throws Exception {
        sim("POST", "join", JSON.writeValueAsString(Map.of("token", token)));
    }

    /** What presence-history makes of that. */
    private void toldOfJoin(String camera, String reservationId) throws Exception {
        String room = "camera_" + camera;
        var event = RoomEvent.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setType(RoomEventType.PARTICIPANT_JOINED)
                .setRoomKey(room)
                .setRoomName(room)
                .setSource(EventSource.WEBHOOK)
                .setRecordedAt(Instant.now())
                .setParticipantJoined(ParticipantJoined.newBuilder()
                        .setParticipantSid("PA_1")
                        .setIdentity("viewer_" + reservationId)
                        .setAttributes(Map.of("reservation_id", reservationId))
                        .build())
                .build();
        write(Topics.ROOM_EVENTS, room, event);
    }

    private <V extends SpecificRecord> void write(Topic<V> topic, String key, V value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", stack.kafka.bootstrapServers()),
                new StringSerializer(),
                new AvroSerde<>(topic, stack.registry))) {
            producer.send(new ProducerRecord<>(topic.name(), key, value)).get(10, TimeUnit.SECONDS);
        }
    }

    private String endOf(String reservationId) {
        return stack.quota.endings.stream()
                .filter(it -> it.getReservationId().equals(reservationId))
                .map(QuotaEvent::getReason)
                .reduce((one, other) -> one + " and " + other)
                .orElse("");
    }

    private static JsonNode claims(String token) {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    }

    @Test
    void aReservationIsASlotARoomAndATokenThatOnlyWatches() throws Exception {
        String agency = agency(1);
        String camera = camera(agency);

        Reply reply = reserve("ann", camera);

        String id = reply.id();
        JsonNode answer = reply.json();
        assertThat(answer.propertyNames())
                .containsExactly(
                        "reservation_id",
                        "camera_id",
                        "camera_name",
                        "room_name",
                        "token",
                        "livekit_url",
                        "expires_at",
                        "quality");
        assertThat(UUID.fromString(id).version()).isEqualTo(8);
        assertThat(ReservationIds.partition(id))
                .hasValue(ReservationIds.partitionOf(agency, Topics.QUOTA_COMMANDS.partitions()));
        assertThat(answer.path("camera_id").asString()).isEqualTo(camera);
        assertThat(answer.path("camera_name").asString()).isEqualTo("Main gate");
        assertThat(answer.path("room_name").asString()).isEqualTo("camera_" + camera);
        assertThat(answer.path("livekit_url").asString()).isEqualTo("ws://livekit.example");
        assertThat(answer.path("quality").asString()).isEqualTo("medium");
        Lease lease = stack.quota.lease(id).orElseThrow();
        assertThat(answer.path("expires_at").asString())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")
                .satisfies(it -> assertThat(Instant.parse(it)).isEqualTo(lease.getExpiresAt()));
        assertThat(lease.getOwner()).isEqualTo("ann");
        JsonNode claims = claims(reply.token());
        assertThat(claims.path("iss").asString()).isEqualTo("devkey");
        assertThat(claims.path("sub").asString()).isEqualTo("viewer_" + id);
        assertThat(claims.path("exp").asLong()).isEqualTo(lease.getExpiresAt().getEpochSecond());
        assertThat(claims.path("attributes"))
                .isEqualTo(JSON.valueToTree(Map.of("reservation_id", id, "agency", agency, "user_id", "ann")));
        assertThat(claims.path("video"))
                .isEqualTo(JSON.valueToTree(Map.of(
                        "roomJoin", true,
                        "room", "camera_" + camera,
                        "canPublish", false,
                        "canSubscribe", true,
                        "canPublishData", false)));
        assertThat(roomIsThere(camera)).isTrue();
        join(reply.token());
        assertThat(peopleIn(camera)).containsExactly("viewer_" + id);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    no json                                       | Invalid request body
                    []                                            | Invalid request body
                    ''                                            | Invalid request body
                    {}                                            | camera_id and user_id are required
                    {"camera_id":"c"}                             | camera_id and user_id are required
                    {"user_id":"u"}                               | camera_id and user_id are required
                    {"camera_id":"","user_id":"u"}                | camera_id and user_id are required
                    {"camera_id":"c","user_id":" "}               | camera_id and user_id are required
                    {"camera_id":7,"user_id":"u"}                 | camera_id must be a string
                    {"camera_id":"c","user_id":"\\ud800"}         | user_id must be text: it has half of a character
                    {"camera_id":"c","user_id":"u","quality":"HD"} | quality must be one of high, medium, low
                    """)
    void whatIsWrongWithABodyIsTold(String body, String words) {
        error(call(first, "ann", "POST", RESERVE, AS_JSON, body), 400, words);
    }

    @Test
    void aBodyOfAnotherKindIsRefusedAndAKeyMustBePrintable() {
        assertThat(call(first, "ann", "POST", RESERVE, Map.of("Content-Type", "text/plain"), "x")
                        .status())
                .isEqualTo(415);
        error(
                call(first, "ann", "POST", RESERVE, with("k".repeat(256)), body("c", "ann")),
                400,
                "Idempotency-Key must be 1 to 255 printable ASCII characters");
        assertThat(call(first, "ann", "GET", STREAM + "/nothing", Map.of(), "")
                        .json()
                        .path("error")
                        .isString())
                .isTrue();
    }

    @Test
    void anUnknownFieldIsIgnoredAndAQualityIsKept() {
        String camera = camera(agency(1));
        String body = "{\"camera_id\":" + JSON.writeValueAsString(camera)
                + ",\"user_id\":\"ann\",\"quality\":\"high\",\"x\":1}";
        assertThat(call(first, "ann", "POST", RESERVE, AS_JSON, body)
                        .json()
                        .path("quality")
                        .asString())
                .isEqualTo("high");
    }

    @Test
    void nobodyReservesWithoutAToken() {
        for (String token : new String[] {null, "no token"}) {
            HttpResponse<String> refused = stack.ask(
                    first, "POST", RESERVE, token, AS_JSON, body("c", "u").getBytes(StandardCharsets.UTF_8));
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.body()).isEqualTo("{\"error\":\"Unauthorized\"}");
        }
    }

    @Test
    void aCameraThatNobodyKnowsIsNotFound() {
        error(reserve("ann", any("nobody")), 404, "Camera not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OFFLINE", "ERROR"})
    void aCameraThatIsNotOnlineTakesNoSlot(String status) {
        String agency = agency(1);
        error(reserve("ann", camera(agency, status)), 409, "Camera is not online: " + status);
        assertThat(stack.quota.used(agency)).isZero();
    }

    @Test
    void anAgencyAtItsLimitSaysSoInTwoLanguages() {
        String agency = agency(1);
        String camera = camera(agency);
        reserve("ann", camera).id();

        Reply reply = reserve("bob", camera);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.response().headers().firstValue("Retry-After")).hasValue("30");
        assertThat(reply.body())
                .isEqualTo("{\"error\":{\"code\":\"AGENCY_LIMIT_EXCEEDED\",\"message_en\":\"Agency limit reached for "
                        + agency + " (1/1)\",\"message_ar\":\"تم الوصول إلى حد الوكالة لـ " + agency
                        + " (1/1)\",\"source\":\"" + agency + "\",\"current\":1,\"limit\":1}}");
    }

    @Test
    void anAgencyWithoutALimitHasALimitOfNothing() {
        Reply reply = reserve("ann", camera(any("NOBODY")));
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.json().path("error").path("code").asString()).isEqualTo("AGENCY_LIMIT_EXCEEDED");
        assertThat(reply.json().path("error").path("limit").asInt(-1)).isZero();
        assertThat(reply.json().path("error").path("current").asInt(-1)).isZero();
    }

    @Test
    void whereThereIsNoMemoryForAnotherOneItIsSaidAndMayBeTriedAgain() {
        String camera = camera(agency(10));
        stack.quota.capacity(0);

        Reply reply = reserve("ann", camera);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.response().headers().firstValue("Retry-After")).hasValue("30");
        assertThat(reply.json().path("error").asString()).contains("QUOTA_LEASE_CAPACITY");
    }

    @Test
    void theLimitOverAllAgenciesIsToldWithItsTotals() {
        String agency = agency(10);
        String camera = camera(agency);
        reserve("ann", camera).id();
        stack.quota.totalLimit(1);

        Reply reply = reserve("bob", camera);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.response().headers().firstValue("Retry-After")).hasValue("30");
        JsonNode error = reply.json().path("error");
        assertThat(error.path("code").asString()).isEqualTo("TOTAL_LIMIT_EXCEEDED");
        assertThat(error.path("source").asString()).isEqualTo(agency);
        assertThat(error.path("limit").asInt()).isOne();
        int current = error.path("current").asInt();
        assertThat(current).isPositive();
        assertThat(error.path("message_en").asString()).isEqualTo("Total limit reached (" + current + "/1)");
        assertThat(error.path("message_ar").asString()).contains("الإجمالي (" + current + "/1)");
    }

    @Test
    void aSlotIsGivenBackWhenLivekitFails() throws Exception {
        String agency = agency(1);
        String camera = camera(agency);
        livekitFails("CreateRoom");

        Reply reply = reserve("ann", camera);

        assertThat(reply.status()).as(reply.body()).isEqualTo(503);
        assertThat(reply.json().path("error").isString()).isTrue();
        assertThat(reply.response().headers().firstValue("Retry-After")).isPresent();
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(agency)).isZero());
        assertThat(stack.quota.endings)
                .filteredOn(it -> it.getAgency().equals(agency))
                .extracting(QuotaEvent::getReason)
                .containsExactly("undone");
        faults("DELETE", "");
        reserve("ann", camera).id();
    }

    @Test
    void aSlotIsGivenBackWhenLivekitDoesNotAnswer() throws Exception {
        String agency = agency(1);
        String camera = camera(agency);
        faults("POST", "{\"methods\":[\"CreateRoom\"],\"outcome\":\"hang\"}");

        assertThat(reserve("ann", camera).status()).isEqualTo(503);

        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(agency)).isZero());
    }

    @Test
    void aDecisionThatComesTooLateIsTakenBack() {
        String agency = agency(1);
        String camera = camera(agency);
        stack.quota.away(true);

        Reply reply = reserve("ann", camera);

        assertThat(reply.status()).as(reply.body()).isEqualTo(503);
        assertThat(reply.response().headers().firstValue("Retry-After")).isPresent();
        stack.quota.away(false);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.endings)
                        .filteredOn(it -> it.getAgency().equals(agency))
                        .extracting(QuotaEvent::getReason)
                        .containsExactly("undone"));
        assertThat(stack.quota.used(agency)).isZero();
    }

    @Test
    void allDecisionsOfARequestHaveTheTimeOfOneTogether() {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        stack.quota.decidesAfter(Duration.ofMillis(900));
        // Three commands under a key, each of which is answered in time.
        assertThat(reserve(first, "ann", camera, key).status()).isEqualTo(503);
        stack.quota.decidesAfter(Duration.ZERO);

        Reply again = reserve(second, "ann", camera, key);

        assertThat(stack.quota.lease(again.id())).isPresent();
        assertThat(stack.quota.used(agency)).isOne();
        assertThat(stack.quota.endings)
                .filteredOn(it -> it.getAgency().equals(agency))
                .isEmpty();
    }

    @Test
    void underAKeyTheLeaseWaitsForTheSameRequestToComeAgain() {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        stack.quota.away(true);
        assertThat(reserve(first, "ann", camera, key).status()).isEqualTo(503);
        stack.quota.away(false);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(agency)).isOne());

        Reply again = reserve(second, "ann", camera, key);

        assertThat(stack.quota.lease(again.id())).isPresent();
        assertThat(again.token()).isNotEmpty();
        assertThat(stack.quota.endings)
                .filteredOn(it -> it.getAgency().equals(agency))
                .isEmpty();
    }

    @Test
    void theSameRequestUnderAKeyHasTheSameAnswerToTheLastByteForAsLongAsItLives() {
        String agency = agency(2);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        String id = reply.id();

        assertThat(reserve(second, "ann", camera, key).body()).isEqualTo(reply.body());
        assertThat(about("ann", "POST", "renew", id).status()).isEqualTo(200);
        assertThat(reserve(second, "ann", camera, key).body()).isEqualTo(reply.body());
        assertThat(stack.quota.used(agency)).isOne();
        assertThat(reserve(first, "bob", camera, key).id()).isNotEqualTo(id);

        assertThat(release("ann", id).status()).isEqualTo(200);
        Reply over = reserve(first, "ann", camera, key);
        assertThat(over.id()).isEqualTo(id);
        assertThat(over.json().has("token")).isFalse();
        assertThat(over.json().path("room_name").asString()).isEqualTo("camera_" + camera);
        assertThat(stack.quota.used(agency)).isOne();
    }

    @Test
    void whatTheSameRequestWasGivenElsewhereIsNotTakenBack() throws Exception {
        String agency = agency(2);
        String camera = camera(agency);
        String key = any("key");
        // The second instance knows that the room is there, the first has to ask for it.
        reserve(second, "bob", camera, any("key")).id();
        faults("POST", "{\"methods\":[\"CreateRoom\"],\"outcome\":\"hang\"}");
        var failing = CompletableFuture.supplyAsync(() -> reserve(first, "ann", camera, key));
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(agency)).isEqualTo(2));

        Reply given = reserve(second, "ann", camera, key);

        assertThat(given.status()).as(given.body()).isEqualTo(201);
        assertThat(failing.join().status()).isEqualTo(503);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.kept).contains(given.id()));
        assertThat(about("ann", "POST", "heartbeat", given.id()).status()).isEqualTo(200);
    }

    @Test
    void norWhereBothHeardOfTheSameGrant() throws Exception {
        String agency = agency(2);
        String camera = camera(agency);
        String key = any("key");
        reserve(second, "bob", camera, any("key")).id();
        faults("POST", "{\"methods\":[\"CreateRoom\"],\"outcome\":\"hang\"}");
        stack.quota.away(true);
        var failing = CompletableFuture.supplyAsync(() -> reserve(first, "ann", camera, key));
        var given = CompletableFuture.supplyAsync(() -> reserve(second, "ann", camera, key));
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.waiting()).isEqualTo(2));

        stack.quota.away(false);

        assertThat(given.join().status()).as(given.join().body()).isEqualTo(201);
        assertThat(failing.join().status()).isEqualTo(503);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(
                        () -> assertThat(stack.quota.kept).contains(given.join().id()));
        assertThat(about("ann", "POST", "heartbeat", given.join().id()).status())
                .isEqualTo(200);
    }

    @Test
    void whatWasTakenBackBeforeAnybodyWasAnsweredIsNoFirstAnswer() {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        String id = reserve(first, "ann", camera, key).id();
        // As when another request under this key fails between the two steps of keeping.
        stack.quota.takeBack(id);
        String bobs = reserve(first, "bob", camera, any("key")).id();

        Reply full = reserve(second, "ann", camera, key);

        assertThat(full.status()).as(full.body()).isEqualTo(429);
        assertThat(release("bob", bobs).status()).isEqualTo(200);
        Reply anew = reserve(second, "ann", camera, key);
        assertThat(anew.id()).isEqualTo(id);
        assertThat(anew.token()).isNotEmpty();
        assertThat(stack.quota.lease(id)).isPresent();
    }

    @Test
    void aRequestThatComesAgainIsNotToldThatTheCameraHasGoneOffline() {
        String agency = agency(2);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        change(camera, agency, "Main gate", "OFFLINE");

        assertThat(reserve(first, "ann", camera, key).body()).isEqualTo(reply.body());
        error(reserve("ann", camera), 409, "Camera is not online: OFFLINE");
    }

    private void change(String camera, String agency, String name, String status) {
        String changed = JSON.writeValueAsString(Map.of("name", name, "source", agency, "status", status));
        assertThat(call(first, "ada", "PUT", at(camera), AS_JSON, changed).status())
                .isEqualTo(200);
        await().atMost(TwoInstances.PATIENCE).untilAsserted(() -> {
            JsonNode seen = call(second, "ann", "GET", at(camera), Map.of(), "").json();
            assertThat(List.of(
                            seen.path("source").asString(),
                            seen.path("name").asString(),
                            seen.path("status").asString()))
                    .containsExactly(agency, name, status);
        });
    }

    /** One that is decided about in another partition. */
    private String agencyElsewhere(String than, int limit) {
        String other;
        do {
            other = agency(limit);
        } while (partitionOf(other) == partitionOf(than));
        return other;
    }

    private static int partitionOf(String agency) {
        return ReservationIds.partitionOf(agency, Topics.QUOTA_COMMANDS.partitions());
    }

    private static void sameButEnded(Reply reply, Reply before, int status) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        ObjectNode expected = (ObjectNode) before.json();
        expected.remove(List.of("token", "expires_at"));
        assertThat(reply.json()).isEqualTo(expected);
    }

    @Test
    void aRequestHasItsFirstAnswerWhenTheCameraHasAnotherName() {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        change(camera, agency, "Side gate", "ONLINE");
        assertThat(reserve(second, "ann", camera, key).body()).isEqualTo(reply.body());
        release("ann", reply.id());
        sameButEnded(reserve(second, "ann", camera, key), reply, 201);
    }

    @Test
    void aRequestHasItsFirstAnswerWhenItHasEndedAndTheCameraIsOffline() {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        release("ann", reply.id());
        change(camera, agency, "Main gate", "OFFLINE");
        sameButEnded(reserve(second, "ann", camera, key), reply, 201);
    }

    @Test
    void aRequestHasItsFirstAnswerWhenTheCameraIsRemoved() {
        String camera = camera(agency(1));
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        assertThat(call(first, "ada", "DELETE", at(camera), Map.of(), "").status())
                .isEqualTo(204);
        await().atMost(TwoInstances.PATIENCE).untilAsserted(() -> {
            assertThat(call(second, "ann", "GET", at(camera), Map.of(), "").status())
                    .isEqualTo(404);
            assertThat(endOf(reply.id())).isEqualTo("camera_removed");
        });
        sameButEnded(reserve(second, "ann", camera, key), reply, 201);
        error(reserve("ann", camera), 404, "Camera not found");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void aRequestHasItsFirstAnswerAndNoOtherSlotWhenTheCameraIsAnotherAgencys(int limit) {
        String agency = agency(1);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);
        String other = agencyElsewhere(agency, limit);
        change(camera, other, "Main gate", "ONLINE");
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(endOf(reply.id())).isEqualTo("camera_removed"));

        sameButEnded(reserve(second, "ann", camera, key), reply, 201);

        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(other)).isZero());
        sameButEnded(reserve(first, "ann", camera, key), reply, 201);
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefusedForThatEvenIfItsCameraCouldNotBeReserved() throws Exception {
        String agency = agency(1);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera(agency), key);
        String full = agencyElsewhere(agency, 0);
        String unknownToBeFull = agencyElsewhere(agency, 0);
        write(
                Topics.AGENCY_USAGE,
                full,
                AgencyUsage.newBuilder().setSource(full).setLimit(0).build());
        await().atMost(TwoInstances.PATIENCE)
                .until(() -> call(second, "ann", "GET", STREAM + "/stats", Map.of(), "")
                        .json()
                        .path("source_stats")
                        .has(full));

        for (String other :
                List.of(any("nobody"), camera(agency(1), "OFFLINE"), camera(full), camera(unknownToBeFull))) {
            Reply refused = reserve(second, "ann", other, key);
            assertThat(refused.status()).as(refused.body()).isEqualTo(422);
        }

        assertThat(stack.quota.refusals).noneMatch(it -> it.getAgency().equals(full));
        String fresh = any("key");
        String camera = camera(full);
        assertThat(reserve(second, "ann", camera, fresh).status()).isEqualTo(429);
        stack.quota.limit(full, 1);
        assertThat(reserve(second, "ann", camera, fresh).status()).isEqualTo(201);
        assertThat(stack.quota.lease(reply.id())).isPresent();
    }

    @Test
    void aRenewalUnderAKeyHasItsAnswerAgainAlsoAfterTheEnd() {
        String agency = agency(1);
        String camera = camera(agency);
        String id = reserve("ann", camera).id();
        String path = STREAM + "/renew/" + id;
        Map<String, String> key = Map.of("Idempotency-Key", any("key"));
        Reply renewed = call(first, "ann", "POST", path, key, "");
        assertThat(renewed.status()).as(renewed.body()).isEqualTo(200);
        change(camera, agency, "Side gate", "ONLINE");

        assertThat(call(second, "ann", "POST", path, key, "").body()).isEqualTo(renewed.body());
        assertThat(stack.quota.lease(id).orElseThrow().getVersion()).isEqualTo(2);
        release("ann", id);
        sameButEnded(call(second, "ann", "POST", path, key, ""), renewed, 200);
        error(about("ann", "POST", "renew", id), 404, "Reservation not found");
    }

    @Test
    void manyAtOnceUnderOneKeyReserveOnce() {
        String agency = agency(20);
        String camera = camera(agency);
        String key = any("key");

        List<CompletableFuture<Reply>> asked = IntStream.range(0, 12)
                .mapToObj(i ->
                        CompletableFuture.supplyAsync(() -> reserve(i % 2 == 0 ? first : second, "ann", camera, key)))
                .toList();

        assertThat(asked.stream().map(it -> it.join().body()).distinct()).hasSize(1);
        assertThat(asked.getFirst().join().status()).isEqualTo(201);
        assertThat(stack.quota.used(agency)).isOne();
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefusedWhateverAgencyItNames() {
        String agency = agency(5);
        String camera = camera(agency);
        String key = any("key");
        Reply reply = reserve(first, "ann", camera, key);

        List<String> others = new ArrayList<>(List.of(camera(agency)));
        Set<Integer> partitions = new HashSet<>();
        while (partitions.size() < 3) {
            String other = agency(5);
            if (partitions.add(ReservationIds.partitionOf(other, Topics.QUOTA_COMMANDS.partitions()))) {
                others.add(camera(other));
            }
        }
        for (String other : others) {
            Reply refused = reserve(second, "ann", other, key);
            assertThat(refused.status()).as(refused.body()).isEqualTo(422);
            assertThat(refused.json().path("error").asString()).contains("Idempotency-Key");
        }
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.endings)
                        .filteredOn(it -> !it.getAgency().equals(agency) && others.contains(it.getCameraId()))
                        .hasSizeBetween(2, 3)
                        .allMatch(it -> it.getReason().equals("undone")));
        assertThat(stack.quota.used(agency)).isOne();
        assertThat(reserve(second, "ann", camera, key).body()).isEqualTo(reply.body());
    }

    @Test
    void aRefusalForWantOfRoomAndAFailureDoNotUseAKeyUp() throws Exception {
        String agency = agency(0);
        String camera = camera(agency);
        String key = any("key");
        assertThat(reserve(first, "ann", camera, key).status()).isEqualTo(429);
        stack.quota.limit(agency, 1);
        livekitFails("CreateRoom");
        assertThat(reserve(first, "ann", camera, key).status()).isEqualTo(503);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(stack.quota.used(agency)).isZero());
        faults("DELETE", "");

        Reply reply = reserve(second, "ann", camera, key);

        assertThat(reply.token()).isNotEmpty();
        join(reply.token());
        toldOfJoin(camera, reply.id());
        assertThat(stack.quota.lease(reply.id())).isPresent();
        assertThat(peopleIn(camera)).hasSize(1);
    }

    @Test
    void aReservationIsReleasedOnce() {
        String agency = agency(1);
        String id = reserve("ann", camera(agency)).id();

        Reply released = release("ann", id);

        assertThat(released.status()).isEqualTo(200);
        assertThat(released.body())
                .isEqualTo("{\"status\":\"released\",\"message\":\"Stream reservation released successfully\"}");
        assertThat(stack.quota.used(agency)).isZero();
        assertThat(endOf(id)).isEqualTo("released");
        error(release("ann", id), 404, "Reservation not found");
        error(about("ann", "POST", "heartbeat", id), 404, "Reservation not found");
        error(about("ann", "POST", "renew", id), 404, "Reservation not found");
    }

    @Test
    void aReleaseUnderAKeyHasItsAnswerAgain() {
        String id = reserve("ann", camera(agency(1))).id();
        String path = STREAM + "/release/" + id;
        Map<String, String> key = Map.of("Idempotency-Key", any("key, with commas,"));
        Reply released = call(first, "ann", "DELETE", path, key, "");
        assertThat(released.status()).isEqualTo(200);
        assertThat(call(second, "ann", "DELETE", path, key, "").body()).isEqualTo(released.body());
    }

    @ParameterizedTest
    @CsvSource({"DELETE,release", "POST,heartbeat", "POST,renew"})
    void whatIsNoReservationIsNotFoundAndAnotherOnesIsForbidden(String method, String what) {
        String id = reserve("ann", camera(agency(1))).id();
        for (String nobody : List.of(
                "nothing",
                "%2F%22",
                UUID.randomUUID().toString(),
                ReservationIds.of(0, new byte[16]),
                ReservationIds.of(65_000, new byte[16]))) {
            error(about("ann", method, what, nobody), 404, "Reservation not found");
        }
        error(about("bob", method, what, id), 403, "Forbidden");
        assertThat(stack.quota.lease(id)).isPresent();
    }

    @Test
    void anAdminEndsAnybodysReservation() {
        String id = reserve("ann", camera(agency(1))).id();
        assertThat(release("ada", id).status()).isEqualTo(200);
        assertThat(endOf(id)).isEqualTo("admin");
    }

    @Test
    void whoeverReservedItForAnotherMayReleaseItAndSoMayThatOne() {
        String camera = camera(agency(2));
        for (String user : List.of("kiosk", "ann")) {
            String id = call(first, "kiosk", "POST", RESERVE, AS_JSON, body(camera, "ann"))
                    .id();
            assertThat(release(user, id).status()).isEqualTo(200);
            assertThat(endOf(id)).isEqualTo("released");
        }
    }

    @Test
    void aHeartbeatIsAnswered() {
        String id = reserve("ann", camera(agency(1))).id();
        Reply beat = about("ann", "POST", "heartbeat", id);
        assertThat(beat.status()).isEqualTo(200);
        assertThat(beat.body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(about("ada", "POST", "heartbeat", id).status()).isEqualTo(200);
    }

    @Test
    void aRenewedReservationHasANewToken() throws Exception {
        String camera = camera(agency(1));
        Reply reply = reserve("ann", camera);

        Reply renewed = about("ann", "POST", "renew", reply.id());

        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.json().propertyNames()).isEqualTo(reply.json().propertyNames());
        Lease lease = stack.quota.lease(reply.id()).orElseThrow();
        assertThat(lease.getVersion()).isEqualTo(2);
        assertThat(Instant.parse(renewed.json().path("expires_at").asString())).isEqualTo(lease.getExpiresAt());
        assertThat(claims(renewed.token()).path("exp").asLong())
                .isEqualTo(lease.getExpiresAt().getEpochSecond());
        join(renewed.token());
        assertThat(peopleIn(camera)).containsExactly("viewer_" + reply.id());
    }

    @Test
    void aUsersReservationsAreListedOnEveryInstanceAtOnceWithoutTokens() {
        String user = any("user");
        String camera = camera(agency(9));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(reserve(user, camera).id());
            assertThat(listed(second, user, user)).isEqualTo(ids);
            assertThat(listed(first, user, user)).isEqualTo(ids);
        }
        assertThat(release(user, ids.remove(1)).status()).isEqualTo(200);
        assertThat(listed(second, user, user)).isEqualTo(ids);
        assertThat(listed(first, "ada", user)).isEqualTo(ids);
        assertThat(listed(first, "ada", any("nobody"))).isEmpty();
        JsonNode one = call(first, user, "GET", list(user), Map.of(), "")
                .json()
                .path("reservations")
                .path(0);
        assertThat(one.propertyNames())
                .containsExactly(
                        "reservation_id",
                        "camera_id",
                        "camera_name",
                        "room_name",
                        "livekit_url",
                        "expires_at",
                        "quality");
        assertThat(one.path("camera_name").asString()).isEqualTo("Main gate");
    }

    private static String list(String user) {
        return STREAM + "/reservations?user_id=" + user;
    }

    private List<String> listed(Instance instance, String caller, String user) {
        Reply reply = call(instance, caller, "GET", list(user), Map.of(), "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        reply.json()
                .path("reservations")
                .forEach(it -> ids.add(it.path("reservation_id").asString()));
        return ids;
    }

    @Test
    void aListIsForItsUserAndForAdmins() {
        error(call(first, "bob", "GET", list("ann"), Map.of(), ""), 403, "Forbidden");
        error(call(first, "ann", "GET", STREAM + "/reservations", Map.of(), ""), 400, "user_id is required");
        error(call(first, "ann", "GET", list(""), Map.of(), ""), 400, "user_id is required");
        error(
                call(first, "ann", "GET", list("u".repeat(257)), Map.of(), ""),
                400,
                "user_id must have at most 256 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heartbeat_timeout", "expired", "viewer_left", "camera_removed", "admin", "undone"})
    void aViewerIsPutOutWhenTheReservationEnds(String reason) throws Exception {
        String camera = camera(agency(2));
        Reply ending = reserve("ann", camera);
        Reply staying = reserve("bob", camera);
        join(ending.token());
        join(staying.token());

        stack.quota.end(ending.id(), reason);

        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(peopleIn(camera)).containsExactly("viewer_" + staying.id()));
    }

    @Test
    void whoReleasesIsPutOut() throws Exception {
        String camera = camera(agency(1));
        Reply reply = reserve("ann", camera);
        join(reply.token());
        release("ann", reply.id());
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(peopleIn(camera)).isEmpty());
    }

    @Test
    void aViewerIsPutOutWhenLivekitIsBack() throws Exception {
        String camera = camera(agency(1));
        Reply reply = reserve("ann", camera);
        join(reply.token());
        livekitFails("RemoveParticipant");
        release("ann", reply.id());
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(toRemove()).isPositive());
        assertThat(peopleIn(camera)).hasSize(1);

        faults("DELETE", "");

        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(peopleIn(camera)).isEmpty());
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(toRemove()).isZero());
    }

    private double toRemove() {
        return List.of(first, second).stream()
                .mapToDouble(it -> it.context()
                        .getBean(MeterRegistry.class)
                        .get("stream.viewers.to.remove")
                        .gauge()
                        .value())
                .sum();
    }

    @Test
    void whoJoinsWithoutALiveReservationIsPutOutAtOnceAndWhoHasOneStays() throws Exception {
        String camera = camera(agency(2));
        Reply over = reserve("ann", camera);
        Reply live = reserve("bob", camera);
        release("ann", over.id());
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(toRemove()).isZero());
        join(over.token());
        join(live.token());
        assertThat(peopleIn(camera)).hasSize(2);

        toldOfJoin(camera, live.id());
        toldOfJoin(camera, over.id());

        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(peopleIn(camera)).containsExactly("viewer_" + live.id()));
    }

    @Test
    void aRoomThatHasEndedIsMadeAgainAsSoonAsThatIsTold() throws Exception {
        String camera = camera(agency(2));
        reserve("ann", camera).id();
        String room = "camera_" + camera;
        first.context().getBean(RoomApi.class).deleteRoom(room).join();
        assertThat(roomIsThere(camera)).isFalse();
        for (RoomState state : List.of(RoomState.OPEN, RoomState.CLOSED)) {
            write(
                    Topics.ROOMS,
                    room,
                    Room.newBuilder()
                            .setRoomKey(room)
                            .setRoomName(room)
                            .setState(state)
                            .build());
        }

        await().atMost(TwoInstances.PATIENCE).untilAsserted(() -> {
            Reply reply = reserve("bob", camera);
            assertThat(release("bob", reply.id()).status()).isEqualTo(200);
            assertThat(roomIsThere(camera)).isTrue();
        });
    }

    @Test
    void aCameraThatIsRemovedOrMovedEndsItsReservations() {
        String agency = agency(2);
        String removed = camera(agency);
        String moved = camera(agency);
        String ofRemoved = reserve("ann", removed).id();
        String ofMoved = reserve("ann", moved).id();

        assertThat(call(first, "ada", "DELETE", at(removed), Map.of(), "").status())
                .isEqualTo(204);
        String elsewhere = JSON.writeValueAsString(Map.of("name", "Main gate", "source", any("OTHER")));
        assertThat(call(first, "ada", "PUT", at(moved), AS_JSON, elsewhere).status())
                .isEqualTo(200);

        await().atMost(TwoInstances.PATIENCE).untilAsserted(() -> {
            assertThat(endOf(ofRemoved)).isEqualTo("camera_removed");
            assertThat(endOf(ofMoved)).isEqualTo("camera_removed");
        });
    }

    @Test
    void requestsAreCountedByAgencyAndOutcome() throws Exception {
        String agency = agency(1);
        String camera = camera(agency);
        reserve("ann", camera).id();
        reserve("ann", camera);
        reserve("ann", camera(agency, "OFFLINE"));
        livekitFails("CreateRoom");
        stack.quota.limit(agency, 2);
        reserve("ann", camera(agency));

        MeterRegistry meters = first.context().getBean(MeterRegistry.class);
        for (String status : List.of("reserved", "limit_reached", "not_online", "unavailable")) {
            assertThat(meters.get("stream.reservations")
                            .tags("source", agency, "status", status)
                            .counter()
                            .count())
                    .as(status)
                    .isOne();
        }
    }
}
