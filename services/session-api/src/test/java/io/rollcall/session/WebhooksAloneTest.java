package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.session.TwoInstances.Instance;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service where LiveKit is not polled ({@code RECONCILE_ENABLED=false}). */
class WebhooksAloneTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String SESSIONS = "/v1/realtime/sessions";

    private static TwoInstances stack;

    private record Made(String id, String room, String token) {}

    @BeforeAll
    static void start() {
        stack = new TwoInstances("--rollcall.session.livekit.poll-enabled=false");
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @AfterEach
    void nobodyWasAskedWhoIsThere() {
        for (Instance instance : List.of(stack.first, stack.second)) {
            assertThat(instance.context()
                            .getBean(MeterRegistry.class)
                            .find("livekit.calls")
                            .tag("method", "ListParticipants")
                            .timers())
                    .isEmpty();
        }
        assertThat(stack.records(Topics.LIVEKIT_OBSERVATIONS.name()::equals)).isEmpty();
    }

    private static HttpResponse<String> call(Instance instance, String method, String path) {
        return stack.ask(instance, method, path, stack.issuer.token("ann").signed(), Map.of(), null);
    }

    private static Made create(Instance instance) {
        HttpResponse<String> answer = call(instance, "POST", SESSIONS);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode made = JSON.readTree(answer.body());
        return new Made(
                made.path("id").asString(),
                made.path("room_id").asString(),
                made.path("client_secret").path("value").asString());
    }

    private static int status(Made session) {
        return call(stack.first, "GET", SESSIONS + "/" + session.id()).statusCode();
    }

    private static boolean roomIsThere(Made session) throws Exception {
        return stack.sim("rooms", "").toString().contains(session.room());
    }

    /** Nobody tells of it; and LiveKit closes no room by itself in which somebody is. */
    private static void join(Made session) throws Exception {
        stack.sim("join", "{\"token\":\"" + session.token() + "\"}");
    }

    private static void refuse(String method, int times) throws Exception {
        stack.sim(
                "faults/api", "{\"outcome\":\"unavailable\",\"methods\":[\"" + method + "\"],\"times\":" + times + "}");
    }

    @Test
    void aStaleSessionLosesItsRoom() throws Exception {
        Made session = create(stack.second);
        join(session);

        await().atMost(TwoInstances.PATIENCE).until(() -> status(session) == 404);
        await().atMost(TwoInstances.PATIENCE).until(() -> !roomIsThere(session));
    }

    @Test
    void aSessionWhoseRoomIsEmptyLosesItsRoom() throws Exception {
        Made session = create(stack.first);
        join(session);
        stack.roomEvent(session.room(), RoomEventType.PARTICIPANT_JOINED, 1);
        stack.roomEvent(session.room(), RoomEventType.PARTICIPANT_LEFT, 0);

        await().atMost(TwoInstances.PATIENCE).until(() -> status(session) == 404);
        await().atMost(TwoInstances.PATIENCE).until(() -> !roomIsThere(session));
    }

    @Test
    void aRoomThatLivekitDidNotDeleteIsDeletedLater() throws Exception {
        Made session = create(stack.first);
        join(session);
        refuse("DeleteRoom", 2);

        assertThat(call(stack.first, "DELETE", SESSIONS + "/" + session.id()).statusCode())
                .isEqualTo(200);

        await().atMost(TwoInstances.PATIENCE).until(() -> !roomIsThere(session));
    }

    @Test
    void aRoomThatLivekitDidNotMakeIsMadeLater() throws Exception {
        refuse("CreateRoom", 1);

        Made session = create(stack.first);

        assertThat(roomIsThere(session)).isFalse();
        await().atMost(TwoInstances.PATIENCE).until(() -> roomIsThere(session));
    }
}
