package io.rollcall.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.sim.Api.Reply;
import io.rollcall.sim.Receiver.Delivery;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the controls order happens, and is told as LiveKit would tell it. */
class ControlsTest {

    private final Receiver receiver = new Receiver();
    private LivekitSim sim;
    private Api api;

    @BeforeEach
    void start() throws IOException {
        sim = LivekitSim.start(Settings.sendingTo(List.of(receiver.url())));
        api = new Api(sim);
        api.createRoom("room", Map.of());
    }

    @AfterEach
    void stop() {
        sim.close();
        receiver.close();
    }

    @Test
    void aPersonJoinsByTokenPublishesAndLeaves() {
        JsonNode seat = api.control(
                "join", Map.of("token", Tokens.joining("room", "u-1"), "publish", List.of("microphone", "camera")));
        api.control(
                "leave", Map.of("participantSid", seat.path("participantSid").asString()));

        assertThat(told(7))
                .containsExactly(
                        "room_started",
                        "participant_joined",
                        "track_published",
                        "track_published",
                        "track_unpublished",
                        "track_unpublished",
                        "participant_left");
        assertThat(seat.path("room").asString()).isEqualTo("room");
        assertThat(seat.path("identity").asString()).isEqualTo("u-1");
        assertThat(seat.path("roomSid").asString())
                .isEqualTo(receiver.deliveries()
                        .getFirst()
                        .json()
                        .path("room")
                        .path("sid")
                        .asString());
    }

    @Test
    void signallingAloneIsNoJoin() {
        api.control("abort", Map.of("token", Tokens.joining("room", "u-1")));
        api.control("connect", Map.of("token", Tokens.joining("room", "u-2")));
        api.control("activate", Map.of("room", "room", "identity", "u-2"));

        assertThat(told(3)).containsExactly("room_started", "participant_connection_aborted", "participant_joined");
    }

    @ParameterizedTest
    @CsvSource({
        "another, 404, requested room does not exist",
        "'', 400, no room name",
    })
    void aJoinThatIsRefusedIsAnsweredAsTheHandshakeWouldBe(String room, int status, String text) {
        Reply reply = api.tryControl("join", Map.of("token", Tokens.joining(room, "u-1")));

        assertThat(reply).isEqualTo(new Reply(status, "text/plain; charset=utf-8", text));
    }

    @Test
    void aFullRoomRefusesWithoutAWebhook() {
        api.createRoom("small", Map.of("max_participants", 1));
        join("small", "u-1");
        Reply second = api.tryControl("join", Map.of("token", Tokens.joining("small", "u-2")));
        Reply again = api.tryControl("join", Map.of("token", Tokens.joining("small", "u-1")));

        assertThat(second.status()).isEqualTo(500);
        assertThat(again.status()).isEqualTo(200);
        assertThat(told(5))
                .containsExactly(
                        "room_started", "room_started", "participant_joined", "participant_left", "participant_joined");
    }

    @Test
    void somebodyWhoIsGoneWithoutAWordIsNotListedAndNotTold() {
        join("room", "u-1");
        api.control("leave", Map.of("room", "room", "identity", "u-1", "silent", true));
        join("room", "u-2");

        assertThat(told(3)).containsExactly("room_started", "participant_joined", "participant_joined");
        assertThat(identities("room")).containsExactly("u-2");
    }

    @Test
    void webhooksAreDroppedByKind() {
        api.control(
                "faults/webhooks", Map.of("action", "drop", "events", List.of("participant_left"), "identity", "u-1"));
        join("room", "u-1");
        join("room", "u-2");
        leave("u-1");
        leave("u-2");

        assertThat(told(4))
                .containsExactly("room_started", "participant_joined", "participant_joined", "participant_left");
        assertThat(participant(3)).isEqualTo("u-2");
    }

    @Test
    void aDuplicateIsTheSameEventUnderTheSameToken() {
        api.control(
                "faults/webhooks",
                Map.of("action", "duplicate", "copies", 3, "events", List.of("participant_joined"), "times", 1));
        join("room", "u-1");
        join("room", "u-2");

        List<Delivery> all = receiver.awaitAtLeast(5);
        assertThat(all.subList(1, 4))
                .extracting(delivery -> delivery.header("Authorization") + delivery.body())
                .containsOnly(all.get(1).header("Authorization") + all.get(1).body());
        assertThat(participant(4)).isEqualTo("u-2");
    }

    @Test
    void aPostponedEventComesBehindTheNextOfItsRoom() {
        api.control("faults/webhooks", Map.of("action", "postpone", "by", 1, "events", List.of("participant_joined")));
        api.control("join", Map.of("token", Tokens.joining("room", "u-1"), "publish", List.of("microphone")));

        assertThat(told(3)).containsExactly("room_started", "track_published", "participant_joined");
    }

    @Test
    void aPostponedEventComesEvenWhenNothingFollows() {
        api.control("faults/webhooks", Map.of("action", "postpone", "events", List.of("participant_joined")));
        join("room", "u-1");

        assertThat(told(2)).containsExactly("room_started", "participant_joined");
    }

    @Test
    void otherRoomsOvertakeADelayedEventButItsOwnDoesNot() {
        receiver.awaitAtLeast(1);
        api.control("faults/webhooks", Map.of("action", "delay", "delayMs", 400, "room", "room", "times", 1));
        join("room", "u-1");
        join("room", "u-2");
        api.createRoom("other", Map.of());

        List<Delivery> all = receiver.awaitAtLeast(4);
        assertThat(all)
                .extracting(
                        delivery -> delivery.json().path("room").path("name").asString())
                .containsExactly("room", "other", "room", "room");
        assertThat(participant(2)).isEqualTo("u-1");
    }

    @Test
    void afterACrashNothingIsToldAndClientsComeBackUnderNewSids() {
        join("room", "u-1");
        receiver.awaitAtLeast(2);
        api.control("crash", Map.of("downMs", 300));

        Reply during = api.room("ListRooms", Map.of("roomList", true), Map.of());
        await().atMost(Duration.ofSeconds(10))
                .until(() -> api.createRoom("room", Map.of()).status() == 200);
        List<Delivery> all = receiver.awaitAtLeast(4);

        assertThat(during.status()).isZero();
        assertThat(receiver.events())
                .containsExactly("room_started", "participant_joined", "room_started", "participant_joined");
        for (String who : List.of("room", "participant")) {
            assertThat(all.get(3).json().path(who).path("sid").asString())
                    .isNotEqualTo(all.get(1).json().path(who).path("sid").asString());
        }
    }

    @Test
    void roomsThatStayListedAfterACrashHaveNoNode() {
        join("room", "u-1");
        api.control("crash", Map.of("downMs", 0, "roomsStayListed", true, "clientsComeBack", false));
        await().until(() ->
                api.room("ListRooms", Map.of("roomList", true), Map.of()).status() == 200);

        assertThat(rooms()).containsExactly("room");
        assertThat(participants("room").status()).isEqualTo(503);
    }

    @Test
    void thePortOfTheRoomApiRefusesConnectionsForAWhile() {
        api.control("refuse", Map.of("forMs", 300));

        assertThat(participants("room").status()).isZero();
        await().until(() -> participants("room").status() == 200);
    }

    @ParameterizedTest
    @CsvSource({"unavailable, 503", "internal, 500", "bad_gateway, 502", "cut, 0", "lose_answer, 0"})
    void callsOfTheRoomApiFailAsOrdered(String outcome, int status) {
        api.control("faults/api", Map.of("outcome", outcome, "methods", List.of("CreateRoom"), "times", 1));

        assertThat(api.createRoom("second", Map.of()).status()).isEqualTo(status);
        // Only where the answer was lost was anything done.
        assertThat(rooms().contains("second")).isEqualTo(outcome.equals("lose_answer"));
        assertThat(api.createRoom("second", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void callsOfTheRoomApiAreSlowAsOrdered() {
        api.control("faults/api", Map.of("latencyMs", 200));
        long start = System.nanoTime();

        assertThat(rooms()).containsExactly("room");
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
    }

    @Test
    void aRoomThatIsHostedAgainStartsTwiceUnderOneSidAndItsPeopleComeBackAsNewSessions() {
        join("room", "u-1");
        api.control("anomalies", Map.of("kind", "hosted_again", "room", "room", "clientsComeBack", true));

        assertThat(told(4)).containsExactly("room_started", "participant_joined", "room_started", "participant_joined");
        assertThat(sids("room")).containsOnly(sids("room").getFirst());
        assertThat(sids("participant").get(1)).isNotEqualTo(sids("participant").get(3));
    }

    @Test
    void aZombieIsListedAndCanNeitherBeAskedNorDeleted() {
        join("room", "u-1");
        api.control("anomalies", Map.of("kind", "zombie", "room", "room"));

        assertThat(rooms()).containsExactly("room");
        assertThat(participants("room").status()).isEqualTo(503);
        assertThat(api.room("DeleteRoom", Map.of("roomCreate", true), Map.of("room", "room"))
                        .status())
                .isEqualTo(500);
    }

    @Test
    void aRoomFinishesWithPeopleInItAndTheyStay() {
        join("room", "u-1");
        api.control("anomalies", Map.of("kind", "finished_occupied", "room", "room"));
        leave("u-1");

        assertThat(told(4)).containsExactly("room_started", "participant_joined", "room_finished", "participant_left");
    }

    @Test
    void aRoomIsRebornUnderItsSid() {
        join("room", "u-1");
        api.control("anomalies", Map.of("kind", "reborn", "room", "room"));

        assertThat(told(5))
                .containsExactly(
                        "room_started", "participant_joined", "participant_left", "room_finished", "room_started");
        assertThat(sids("room")).containsOnly(sids("room").getFirst());
    }

    @Test
    void oneNameHasTwoRoomsAndBothHavePeople() {
        join("room", "u-1");
        api.control("anomalies", Map.of("kind", "split", "room", "room"));
        join("room", "u-2");

        assertThat(told(4)).containsExactly("room_started", "participant_joined", "room_started", "participant_joined");
        assertThat(sids("room").get(3))
                .isEqualTo(sids("room").get(2))
                .isNotEqualTo(sids("room").get(1));
        assertThat(api.get(sim.metricsUrl().resolve("/sim/rooms")).json()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"aborted_then_joined, ACTIVE", "aborted_then_joined_disconnected, DISCONNECTED"})
    void aSessionIsAbortedAndThenJoins(String kind, String state) {
        api.control("connect", Map.of("token", Tokens.joining("room", "u-1")));
        api.control("anomalies", Map.of("kind", kind, "room", "room", "identity", "u-1"));

        assertThat(told(3)).containsExactly("room_started", "participant_connection_aborted", "participant_joined");
        assertThat(sids("participant").get(1)).isEqualTo(sids("participant").get(2));
        assertThat(receiver.deliveries()
                        .get(2)
                        .json()
                        .path("participant")
                        .path("state")
                        .asString())
                .isEqualTo(state);
    }

    @Test
    void anyEventCanBeTold() {
        api.control(
                "events",
                Map.of(
                        "event",
                        "egress_started",
                        "egressInfo",
                        Map.of("egressId", "EG_1", "roomName", "room", "status", "EGRESS_STARTING")));

        Delivery egress = receiver.awaitAtLeast(2).stream()
                .filter(delivery -> delivery.event().equals("egress_started"))
                .findFirst()
                .orElseThrow();
        assertThat(egress.json().path("egressInfo").path("egressId").asString()).isEqualTo("EG_1");
        assertThat(egress.json().path("id").asString()).matches("EV_\\w{12}");
    }

    @Test
    void aCrowdComesAndGoesAndEveryWebhookOfItArrives() {
        api.control(
                "crowds",
                Map.of(
                        "name", "crowd",
                        "rooms", 3,
                        "arrivalsPerSecond", 200,
                        "stayMs", 100,
                        "people", 50,
                        "agencies", List.of("ag1", "ag2"),
                        "seed", 7));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.get(sim.metricsUrl().resolve("/sim/crowds"))
                        .json()
                        .path(0)
                        .path("ended")
                        .asBoolean());
        await().until(() -> api.get(sim.metricsUrl().resolve("/sim/webhooks"))
                        .json()
                        .path("pending")
                        .asInt()
                == 0);

        JsonNode progress =
                api.get(sim.metricsUrl().resolve("/sim/crowds")).json().path(0);
        assertThat(progress.path("joined").asInt() + progress.path("refused").asInt())
                .isEqualTo(50);
        for (String event : List.of("participant_joined", "participant_left")) {
            assertThat(receiver.events().stream().filter(event::equals))
                    .hasSize(progress.path("joined").asInt());
        }
    }

    @ParameterizedTest
    @CsvSource({"join, '{\"tokn\":\"x\"}'", "leave, '{}'", "anomalies, '{\"kind\":\"none\"}'", "join, '{'"})
    void anOrderThatMakesNoSenseIsRefused(String control, String body) {
        Reply reply = Api.send(HttpRequest.newBuilder(sim.url().resolve("/sim/" + control))
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void itSaysThatItIsATestDouble() {
        assertThat(api.get(sim.url().resolve("/")).body()).contains("test double");
        assertThat(api.get(sim.url().resolve("/sim/health"))
                        .json()
                        .path("testDouble")
                        .asBoolean())
                .isTrue();
    }

    private void join(String room, String identity) {
        api.control("join", Map.of("token", Tokens.joining(room, identity)));
    }

    private void leave(String identity) {
        api.control("leave", Map.of("room", "room", "identity", identity));
    }

    private List<String> told(int number) {
        receiver.awaitAtLeast(number);
        return receiver.events();
    }

    private String participant(int delivery) {
        return receiver.deliveries()
                .get(delivery)
                .json()
                .path("participant")
                .path("identity")
                .asString();
    }

    private List<String> sids(String of) {
        return receiver.deliveries().stream()
                .map(delivery -> delivery.json().path(of).path("sid").asString(""))
                .toList();
    }

    private List<String> rooms() {
        return api.room("ListRooms", Map.of("roomList", true), Map.of())
                .json()
                .path("rooms")
                .valueStream()
                .map(room -> room.path("name").asString())
                .toList();
    }

    private Reply participants(String room) {
        return api.room("ListParticipants", Map.of("roomAdmin", true, "room", room), Map.of("room", room));
    }

    private List<String> identities(String room) {
        return participants(room)
                .json()
                .path("participants")
                .valueStream()
                .map(it -> it.path("identity").asString())
                .toList();
    }
}
