package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.RealRedis;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.sessions.SessionEventType;
import io.rollcall.session.TwoInstances.Instance;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every row of the contract of realtime sessions over HTTP, on the whole service. */
@ExtendWith(TwoInstances.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionApiTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String SESSIONS = "/v1/realtime/sessions";
    private static final Duration PATIENCE = TwoInstances.PATIENCE;
    private static final String SECRET = TwoInstances.SECRET;

    private TwoInstances stack;
    private RealRedis redis;
    private TestIssuer issuer;
    private Instance first;
    private Instance second;

    @BeforeAll
    void share(TwoInstances running) {
        stack = running;
        redis = running.redis;
        issuer = running.issuer;
        first = running.first;
        second = running.second;
    }

    private record Reply(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    private HttpResponse<String> ask(
            Instance instance,
            String method,
            String path,
            @Nullable String token,
            Map<String, String> headers,
            byte @Nullable [] body) {
        return stack.ask(instance, method, path, token, headers, body);
    }

    private Reply call(
            Instance instance, String user, String method, String path, Map<String, String> headers, String body) {
        HttpResponse<String> response = ask(
                instance,
                method,
                path,
                issuer.token(user).signed(),
                headers,
                body.isEmpty() ? null : body.getBytes(StandardCharsets.UTF_8));
        return new Reply(response.statusCode(), response.body(), response);
    }

    private Reply get(String user, String path) {
        return call(first, user, "GET", path, Map.of(), "");
    }

    private Reply create(String user) {
        return call(first, user, "POST", SESSIONS, Map.of(), "");
    }

    private Reply delete(String user, String id) {
        return call(first, user, "DELETE", SESSIONS + "/" + id, Map.of(), "");
    }

    private String created(String user) {
        Reply reply = create(user);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return reply.json().path("id").asString();
    }

    private static String user() {
        return "user-" + UUID.randomUUID();
    }

    private static Map<String, String> key(String key) {
        return Map.of("Idempotency-Key", key);
    }

    private static void error(Reply reply, int status, String message, String type) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo("{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\"}}");
    }

    private static void error(Reply reply, int status, String type) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.json().path("error").path("type").asString()).isEqualTo(type);
        assertThat(reply.json().path("error").path("message").asString()).isNotEmpty();
    }

    private boolean roomIsThere(String room) throws Exception {
        return stack.sim("rooms", "").toString().contains(room);
    }

    @Test
    void aNewSessionIsToldInItsCreationFormWithATokenForItsOwnRoomOnly() throws Exception {
        String user = user();

        Reply reply = create(user);

        assertThat(reply.status()).isEqualTo(201);
        JsonNode session = reply.json();
        assertThat(session.propertyNames())
                .containsExactly("id", "object", "client_secret", "ws_url", "room_id", "user_id");
        assertThat(session.path("id").asString()).matches("sess_[0-9a-z]{24}");
        assertThat(session.path("object").asString()).isEqualTo("realtime.session");
        assertThat(session.path("ws_url").asString()).isEqualTo("ws://livekit.example");
        assertThat(session.path("room_id").asString()).matches("room_[0-9a-z]{24}");
        assertThat(session.path("user_id").asString()).isEqualTo(user);
        String token = session.path("client_secret").path("value").asString();
        JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
        assertThat(claims.path("iss").asString()).isEqualTo("devkey");
        assertThat(claims.path("sub").asString()).isEqualTo(user);
        assertThat(claims.path("exp").asLong())
                .isEqualTo(session.path("client_secret").path("expires_at").asLong());
        assertThat(claims.path("video").toString())
                .isEqualTo("{\"roomJoin\":true,\"room\":\""
                        + session.path("room_id").asString()
                        + "\",\"canPublish\":true,\"canSubscribe\":true,\"canPublishData\":true}");
        assertThat(roomIsThere(session.path("room_id").asString())).isTrue();
    }

    @Test
    void theBodyIsIgnoredMalformedOrNotButNotOfAnySize() {
        String user = user();
        Map<String, String> odd = Map.of("Content-Type", "text/weird");
        assertThat(call(first, user, "POST", SESSIONS, odd, "{not json").status())
                .isEqualTo(201);
        assertThat(call(first, user, "POST", SESSIONS, Map.of(), "{\"status\":\"nonsense\"}")
                        .status())
                .isEqualTo(201);
        error(call(first, user, "POST", SESSIONS, Map.of(), "x".repeat(1024 * 1024 + 1)), 413, "validation_error");
    }

    @Test
    void itsUserReadsItInItsReadFormFromAnyInstanceAtOnce() {
        String user = user();
        String id = created(user);

        for (Instance instance : List.of(first, second)) {
            Reply reply = call(instance, user, "GET", SESSIONS + "/" + id, Map.of(), "");
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            assertThat(reply.json().propertyNames())
                    .containsExactly("id", "object", "ws_url", "room_id", "user_id", "status");
            assertThat(reply.json().path("status").asString()).isEqualTo("created");
        }
    }

    @Test
    void aUsersOwnSessionsAreListedOldestFirstInPages() {
        String user = user();
        assertThat(get(user, SESSIONS).body()).isEqualTo("{\"object\":\"list\",\"data\":[]}");
        List<String> ids = List.of(created(user), created(user), created(user));
        created(user());

        assertThat(listed(user, "")).isEqualTo(ids);
        assertThat(listed(user, "?limit=2")).isEqualTo(ids.subList(0, 2));
        assertThat(listed(user, "?limit=2&after=" + ids.get(1))).isEqualTo(ids.subList(2, 3));
        delete(user, ids.get(1));
        assertThat(listed(user, "?after=" + ids.get(1))).isEqualTo(ids.subList(2, 3));
        error(get(user, SESSIONS + "?limit=0"), 400, "limit must be 1 to 100", "validation_error");
        error(get(user, SESSIONS + "?limit=101"), 400, "validation_error");
        error(get(user, SESSIONS + "?limit=ten"), 400, "validation_error");
        error(get(user, SESSIONS + "?after=sess_000000000000000000000000"), 400, "validation_error");
        error(get(user(), SESSIONS + "?after=" + ids.getFirst()), 400, "validation_error");
    }

    private List<String> listed(String user, String query) {
        List<String> ids = new ArrayList<>();
        get(user, SESSIONS + query)
                .json()
                .path("data")
                .forEach(it -> ids.add(it.path("id").asString()));
        return ids;
    }

    @Test
    void withoutAGoodTokenNothingIsTold() {
        HttpResponse<String> missing = ask(first, "GET", SESSIONS, null, Map.of(), null);
        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(missing.body()).isEqualTo("{\"error\":\"missing bearer token\"}");
        assertThat(missing.headers().firstValue("X-Request-ID")).isPresent();
        String expired = issuer.token("ann").time("exp", Duration.ofMinutes(-5)).signed();
        HttpResponse<String> bad = ask(first, "POST", SESSIONS, expired, Map.of(), null);
        assertThat(bad.statusCode()).isEqualTo(401);
        assertThat(bad.body()).isEqualTo("{\"error\":\"invalid token\"}");
    }

    @Test
    void whatIsNotThereAndWhatIsSomebodyElsesIsSaidSo() {
        String user = user();
        String id = created(user);
        String nobody = SESSIONS + "/sess_000000000000000000000000";
        error(get(user, nobody), 404, "session not found", "not_found_error");
        error(get(user, SESSIONS + "/a%2Fb%20c"), 404, "session not found", "not_found_error");
        error(call(first, user, "DELETE", nobody, Map.of(), ""), 404, "session not found", "not_found_error");
        String other = user();
        error(get(other, SESSIONS + "/" + id), 403, "access denied", "forbidden_error");
        error(delete(other, id), 403, "access denied", "forbidden_error");
        assertThat(get(user, SESSIONS + "/" + id).status()).isEqualTo(200);
        error(get(user, "/v1/realtime/unknown"), 404, "not_found_error");
        error(call(first, user, "PUT", SESSIONS, Map.of(), ""), 405, "validation_error");
    }

    @Test
    void aDeletedSessionIsGoneWithItsRoom() throws Exception {
        String user = user();
        Reply made = create(user);
        String id = made.json().path("id").asString();

        Reply reply = delete(user, id);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"realtime.session.deleted\",\"deleted\":true}");
        error(get(user, SESSIONS + "/" + id), 404, "session not found", "not_found_error");
        error(delete(user, id), 404, "session not found", "not_found_error");
        assertThat(listed(user, "")).isEmpty();
        assertThat(roomIsThere(made.json().path("room_id").asString())).isFalse();
    }

    @Test
    void theSameIdempotencyKeyGivesTheSameBytesFromAnyInstanceAndDoesNothingTwice() {
        String user = user();
        Reply one = call(first, user, "POST", SESSIONS, key("k 1, a, b"), "{}");
        assertThat(one.status()).isEqualTo(201);

        for (Instance instance : List.of(first, second, first)) {
            Reply again = call(instance, user, "POST", SESSIONS, key("k 1, a, b"), "{}");
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.body()).isEqualTo(one.body());
        }
        assertThat(listed(user, "")).hasSize(1);
        error(call(second, user, "POST", SESSIONS, key("k 1, a, b"), "{\"a\":1}"), 422, "validation_error");
        assertThat(call(first, user(), "POST", SESSIONS, key("k 1, a, b"), "{}")
                        .json()
                        .path("id"))
                .isNotEqualTo(one.json().path("id"));
        for (String bad : List.of("x".repeat(256), "")) {
            error(call(first, user, "POST", SESSIONS, key(bad), "{}"), 400, "validation_error");
        }
    }

    @Test
    void twentyAtOnceWithOneKeyMakeOneSession() {
        String user = user();
        List<CompletableFuture<Reply>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Instance instance = i % 2 == 0 ? first : second;
            asked.add(CompletableFuture.supplyAsync(() -> call(instance, user, "POST", SESSIONS, key("at once"), "")));
        }
        Set<String> bodies = new HashSet<>();
        asked.forEach(reply -> bodies.add(reply.join().body()));
        assertThat(bodies).hasSize(1);
        assertThat(listed(user, "")).hasSize(1);
    }

    @Test
    void aKeyOutlivesItsSessionButMintsNoTokenForIt() {
        String user = user();
        Reply one = call(first, user, "POST", SESSIONS, key("create"), "");
        String path = SESSIONS + "/" + one.json().path("id").asString();
        Reply removed = call(first, user, "DELETE", path, key("delete"), "");

        assertThat(call(second, user, "DELETE", path, key("delete"), "").body()).isEqualTo(removed.body());
        Reply again = call(second, user, "POST", SESSIONS, key("create"), "");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("id")).isEqualTo(one.json().path("id"));
        assertThat(again.json().has("client_secret")).isFalse();
        error(call(first, user, "DELETE", path, key("another"), ""), 404, "not_found_error");
    }

    @Test
    void webhooksAloneConnectASessionAndEndItWhenItsRoomStaysEmpty() throws Exception {
        String user = user();
        Reply made = create(user);
        String path = SESSIONS + "/" + made.json().path("id").asString();
        String room = made.json().path("room_id").asString();
        String token = made.json().path("client_secret").path("value").asString();
        // Really there, so that a poll says the same.
        JsonNode person = stack.sim("join", "{\"token\":\"" + token + "\"}");
        stack.roomEvent(room, RoomEventType.PARTICIPANT_JOINED, 1);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(get(user, path).json().path("status").asString())
                                .isEqualTo("connected"));

        stack.sim(
                "leave",
                "{\"participantSid\":\"" + person.path("participantSid").asString() + "\"}");
        stack.roomEvent(room, RoomEventType.PARTICIPANT_LEFT, 0);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(user, path).status()).isEqualTo(404));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(roomIsThere(room)).isFalse());
    }

    /** This LiveKit sends no webhooks. */
    @Test
    void pollingAloneConnectsASessionAndEndsItWhenItsRoomStaysEmpty() throws Exception {
        String user = user();
        Reply made = create(user);
        String path = SESSIONS + "/" + made.json().path("id").asString();
        String room = made.json().path("room_id").asString();
        String token = made.json().path("client_secret").path("value").asString();

        JsonNode person = stack.sim("join", "{\"token\":\"" + token + "\"}");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(get(user, path).json().path("status").asString())
                                .isEqualTo("connected"));
        stack.sim(
                "leave",
                "{\"participantSid\":\"" + person.path("participantSid").asString() + "\"}");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(user, path).status()).isEqualTo(404));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(roomIsThere(room)).isFalse());
    }

    /** Found empty by one poll; the next ones have no answer, and then somebody is there again. */
    @Test
    void whileLivekitDoesNotAnswerAConnectedSessionStays() throws Exception {
        String user = user();
        Reply made = create(user);
        String id = made.json().path("id").asString();
        String join = "{\"token\":\""
                + made.json().path("client_secret").path("value").asString() + "\"}";
        JsonNode person = stack.sim("join", join);
        await().atMost(PATIENCE).until(() -> toldOf(id, SessionEventType.SESSION_CONNECTED));
        stack.sim(
                "leave",
                "{\"participantSid\":\"" + person.path("participantSid").asString() + "\"}");
        await().atMost(PATIENCE).until(() -> toldOf(id, SessionEventType.ROOM_EMPTIED));

        stack.sim("faults/api", "{\"outcome\":\"internal\",\"methods\":[\"ListRooms\"],\"times\":6}");
        stack.sim("join", join);

        await().atMost(PATIENCE).until(() -> toldOf(id, SessionEventType.ROOM_REENTERED));
        assertThat(get(user, SESSIONS + "/" + id).json().path("status").asString())
                .isEqualTo("connected");
    }

    private boolean toldOf(String session, SessionEventType type) {
        try (var serde = new AvroSerde<>(Topics.SESSION_EVENTS, stack.registry)) {
            return stack.records(Topics.SESSION_EVENTS.name()::equals).stream()
                    .map(record -> serde.deserialize(record.topic(), record.value()))
                    .anyMatch(
                            event -> event != null && event.getSessionId().equals(session) && event.getType() == type);
        }
    }

    @Test
    void aRoomThatLivekitDidNotMakeIsMadeByAPoll() throws Exception {
        stack.sim("faults/api", "{\"outcome\":\"unavailable\",\"methods\":[\"CreateRoom\"],\"times\":1}");

        Reply made = create(user());

        assertThat(made.status()).isEqualTo(201);
        String room = made.json().path("room_id").asString();
        assertThat(roomIsThere(room)).isFalse();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(roomIsThere(room)).isTrue());
    }

    @Test
    void aRoomThatLivekitDidNotDeleteIsDeletedByAPoll() throws Exception {
        String user = user();
        Reply made = create(user);
        String room = made.json().path("room_id").asString();
        stack.sim("faults/api", "{\"outcome\":\"unavailable\",\"methods\":[\"DeleteRoom\"],\"times\":2}");

        assertThat(delete(user, made.json().path("id").asString()).status()).isEqualTo(200);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(roomIsThere(room)).isFalse());
    }

    @Test
    void aSessionToWhichNobodyComesIsRemovedWithItsRoom() throws Exception {
        String user = user();
        Reply made = call(second, user, "POST", SESSIONS, Map.of(), "");
        String path = SESSIONS + "/" + made.json().path("id").asString();
        String room = made.json().path("room_id").asString();
        assertThat(roomIsThere(room)).isTrue();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(user, path).status()).isEqualTo(404));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(roomIsThere(room)).isFalse());
    }

    @Test
    void withoutRedisNothingIsReadEverythingElseGoesOnAndAllIsRightAgainWhenItIsBackAndEmpty() {
        String user = user();
        String before = created(user);
        redis.stop();
        String during;
        try {
            Reply unread = get(user, SESSIONS + "/" + before);
            error(unread, 503, "internal_error");
            assertThat(unread.response().headers().firstValue("Retry-After")).isPresent();
            error(get(user, SESSIONS), 503, "internal_error");
            during = created(user);
            assertThat(delete(user, before).status()).isEqualTo(200);
        } finally {
            redis.restart();
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(listed(user, "")).containsExactly(during));
        assertThat(get(user, SESSIONS + "/" + before).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/healthz"})
    void anybodyMayAskWhetherItIsThere(String path) {
        HttpResponse<String> answer = ask(first, "GET", path, null, Map.of(), null);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        path.equals("/")
                                ? "{\"service\":\"session-api\",\"status\":\"ok\"}"
                                : "{\"status\":\"healthy\"}");
    }

    @Test
    void onlyAnAdminHasTheReadsBuiltAnew() {
        var management = new Instance(
                first.context(),
                first.context().getEnvironment().getRequiredProperty("local.management.port", Integer.class));
        String user = issuer.token("ann").signed();
        String admin = issuer.adminToken("root").signed();

        for (String method : List.of("GET", "POST")) {
            String path = method.equals("GET") ? "/rebuild-reads" : "/rebuild-reads/sessions";
            assertThat(ask(management, method, path, null, Map.of(), null).statusCode())
                    .isEqualTo(401);
            HttpResponse<String> refused = ask(management, method, path, user, Map.of(), null);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("Only an admin may do this.");
        }
        assertThat(ask(management, "POST", "/rebuild-reads/sessions", admin, Map.of(), null)
                        .statusCode())
                .isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> JSON.readTree(ask(management, "GET", "/rebuild-reads", admin, Map.of(), null)
                                .body())
                        .at("/sessions/state")
                        .asString()
                        .equals("done"));
    }

    @Test
    void noTopicHoldsATokenOrASecret() {
        for (int i = 0; i < 5; i++) {
            call(first, user(), "POST", SESSIONS, key("secret " + i), "");
        }
        List<Map.Entry<String, String>> everything = stack.everything();
        assertThat(everything)
                .isNotEmpty()
                .allSatisfy(
                        it -> assertThat(it.getValue()).doesNotContain("eyJ").doesNotContain(SECRET));
    }
}
