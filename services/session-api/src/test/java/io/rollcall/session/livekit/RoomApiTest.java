package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.interfaces.DecodedJWT;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.session.livekit.FakeLivekit.Reply;
import io.rollcall.session.livekit.RoomApiException.Reason;
import io.rollcall.session.livekit.domain.ListedParticipant;
import io.rollcall.session.livekit.domain.ListedRoom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RoomApiTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));
    private static final Map<String, JsonNode> CAPTURE = capture();

    private final CountDownLatch end = new CountDownLatch(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private FakeLivekit livekit;
    private RoomApi rooms;

    @BeforeEach
    void start() throws IOException {
        livekit = new FakeLivekit();
        rooms = new RoomApi(TestLivekit.at(livekit.url()), CLOCK, meters);
    }

    @AfterEach
    void stop() {
        end.countDown();
        rooms.close();
        livekit.close();
    }

    @Test
    void makesARoom() throws Exception {
        livekit.on("CreateRoom", asked -> Reply.message(captured("create", Room.newBuilder())));

        ListedRoom room = rooms.createRoom("twirp-1", Duration.ofSeconds(60), Duration.ofSeconds(5))
                .join();

        assertThat(room)
                .isEqualTo(new ListedRoom(
                        "RM_n7D3AzwRYDTy",
                        "twirp-1",
                        Instant.ofEpochMilli(1795254231182L),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        2,
                        "{\"agency\":\"ag1\"}",
                        0));
        FakeLivekit.Asked asked = livekit.asked().getFirst();
        assertThat(CreateRoomRequest.parseFrom(asked.body().toByteArray()))
                .isEqualTo(CreateRoomRequest.newBuilder()
                        .setName("twirp-1")
                        .setEmptyTimeout(60)
                        .setDepartureTimeout(5)
                        .build());
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.contentType()).isEqualTo("application/protobuf");
        assertThat(grant(asked)).isEqualTo(Map.of("roomCreate", true));
    }

    @Test
    void callsAtOnceKeepTheirConnections() {
        int calls = TestLivekit.at(livekit.url()).maxCalls();
        var together = new CyclicBarrier(calls);
        livekit.on("CreateRoom", asked -> {
            together.await(10, TimeUnit.SECONDS);
            return Reply.message(captured("create", Room.newBuilder()));
        });

        for (int round = 0; round < 4; round++) {
            CompletableFuture.allOf(Stream.generate(
                                    () -> rooms.createRoom("twirp-1", Duration.ofSeconds(60), Duration.ofSeconds(5)))
                            .limit(calls)
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }

        // A connection is given back a moment after its answer: some may be late for the next round.
        assertThat(livekit.connections()).isLessThan(2 * calls);
    }

    @Test
    void listsRoomsAlsoThoseWithoutAName() throws Exception {
        livekit.on("ListRooms", asked -> Reply.message(captured("list all", ListRoomsResponse.newBuilder())));

        List<ListedRoom> listed = rooms.listRooms().join();

        assertThat(listed).extracting(ListedRoom::key).containsExactly("twirp-1", "RM_3Sd24un2UUWP");
        assertThat(grant(livekit.asked().getFirst())).isEqualTo(Map.of("roomList", true));
    }

    @Test
    void listsParticipants() throws Exception {
        livekit.on(
                "ListParticipants",
                asked -> Reply.message(captured("participants", ListParticipantsResponse.newBuilder())));

        List<ListedParticipant> participants = rooms.listParticipants("twirp-1").join();

        assertThat(participants)
                .singleElement()
                .satisfies(it -> assertThat(it.sid()).isEqualTo("PA_p9ZALtzqSV4Q"))
                .satisfies(it -> assertThat(it.identity()).isEqualTo("u-1"))
                .satisfies(it -> assertThat(it.state()).isEqualTo("ACTIVE"))
                .satisfies(it -> assertThat(it.joinedAt().getEpochSecond()).isEqualTo(1795254231L))
                .satisfies(it -> assertThat(it.isPerson()).isTrue());
        FakeLivekit.Asked asked = livekit.asked().getFirst();
        assertThat(ListParticipantsRequest.parseFrom(asked.body().toByteArray()).getRoom())
                .isEqualTo("twirp-1");
        assertThat(grant(asked)).isEqualTo(Map.of("roomAdmin", true, "room", "twirp-1"));
    }

    @Test
    void keepsTheNumberOfAKindThatItDoesNotKnow() {
        livekit.on(
                "ListParticipants",
                asked -> Reply.message(ListParticipantsResponse.newBuilder()
                        .addParticipants(
                                ParticipantInfo.newBuilder().setKindValue(77).setState(ParticipantInfo.State.ACTIVE))
                        .build()));

        assertThat(rooms.listParticipants("r").join())
                .extracting(ListedParticipant::kind)
                .containsExactly("77");
    }

    @ParameterizedTest
    @CsvSource({
        "STANDARD, ACTIVE, false, true",
        "SIP, ACTIVE, false, true",
        "EGRESS, ACTIVE, false, false",
        "INGRESS, ACTIVE, false, false",
        "AGENT, ACTIVE, false, false",
        "STANDARD, ACTIVE, true, false",
        "STANDARD, JOINING, false, false",
        "STANDARD, JOINED, false, false",
        "STANDARD, DISCONNECTED, false, false"
    })
    void knowsWhoIsAPerson(ParticipantInfo.Kind kind, ParticipantInfo.State state, boolean hidden, boolean person) {
        var participant = ParticipantInfo.newBuilder().setKind(kind).setState(state);
        participant.getPermissionBuilder().setHidden(hidden);

        assertThat(RoomMapper.participant(participant.build()).isPerson()).isEqualTo(person);
    }

    @Test
    void aRoomThatIsNotThereIsDeletedAlready() throws Exception {
        livekit.on("DeleteRoom", asked -> captured("delete unknown"));

        assertThat(rooms.deleteRoom("twirp-1")).succeedsWithin(5, TimeUnit.SECONDS);

        FakeLivekit.Asked asked = livekit.asked().getFirst();
        assertThat(DeleteRoomRequest.parseFrom(asked.body().toByteArray()).getRoom())
                .isEqualTo("twirp-1");
        assertThat(grant(asked)).isEqualTo(Map.of("roomCreate", true));
    }

    @Test
    void aRoomIsNotDeletedWhereNobodyKnowsOfRooms() {
        livekit.on("DeleteRoom", asked -> Reply.text(404, "text/html", "<h1>Not Found</h1>"));

        assertThat(failure(rooms.deleteRoom("a")).reason()).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void putsSomebodyOut() throws Exception {
        livekit.on("RemoveParticipant", asked -> Reply.message(RemoveParticipantResponse.getDefaultInstance()));

        assertThat(rooms.removeParticipant("twirp-1", "u-1")).succeedsWithin(5, TimeUnit.SECONDS);

        FakeLivekit.Asked asked = livekit.asked().getFirst();
        assertThat(RoomParticipantIdentity.parseFrom(asked.body().toByteArray()))
                .isEqualTo(RoomParticipantIdentity.newBuilder()
                        .setRoom("twirp-1")
                        .setIdentity("u-1")
                        .build());
        assertThat(grant(asked)).isEqualTo(Map.of("roomAdmin", true, "room", "twirp-1"));
    }

    @Test
    void whoIsNotThereIsOutAlready() {
        livekit.on("RemoveParticipant", asked -> captured("remove unknown participant"));

        assertThat(rooms.removeParticipant("twirp-1", "nobody")).succeedsWithin(5, TimeUnit.SECONDS);
    }

    @Test
    void refusesEmptyNamesItself() {
        assertThatThrownBy(() -> rooms.createRoom("", Duration.ofMinutes(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rooms.deleteRoom("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rooms.removeParticipant("", "u")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rooms.removeParticipant("r", "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(livekit.asked()).isEmpty();
    }

    static Stream<String> everyCapturedError() {
        return CAPTURE.entrySet().stream()
                .filter(it -> it.getValue().path("status").asInt(200) != 200)
                .map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("everyCapturedError")
    void everyCapturedErrorIsARefusalThatTellsNothingOfIt(String title) {
        livekit.on("ListRooms", asked -> captured(title));

        RoomApiException failure = failure(rooms.listRooms());

        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure.code())
                .isIn("unauthenticated", "unavailable", "not_found", "malformed", "bad_route")
                .isEqualTo(codeOf(title));
        assertThat(failure).hasMessageNotContainingAny("eyJ", "twirp", "handler", "denied");
    }

    private static String codeOf(String title) {
        JsonNode response = response(title);
        return response.get("contentType").asString().startsWith("application/json")
                ? JsonMapper.shared()
                        .readTree(response.get("body").asString())
                        .get("code")
                        .asString()
                : "unauthenticated";
    }

    @ParameterizedTest
    @CsvSource({
        "200, text/html, <html>",
        "200, application/protobuf, not a message",
        "302, text/html, <html>",
        "404, text/plain, 404 page not found",
        "500, text/html, oops",
        "502, text/html, <h1>Bad Gateway</h1>",
        "503, application/json, { broken",
        "400, application/json, {}",
        "400, application/json, '{\"code\":\"a token: eyJhbGciOiJIUzI1NiJ9\"}'"
    })
    void whatIsNotFromLivekitIsNoAnswer(int status, String contentType, String body) {
        livekit.on("ListRooms", asked -> Reply.text(status, contentType, body));

        assertThat(failure(rooms.listRooms()).reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(rooms.trouble()).isNotNull();
    }

    @Test
    void silenceEndsWithTheTimeout() {
        livekit.on("ListRooms", asked -> {
            end.await();
            return captured("list unknown");
        });
        try (var impatient = impatient(16, 16)) {
            assertThat(failure(impatient.listRooms()).reason()).isEqualTo(Reason.TIMEOUT);
            assertThat(impatient.trouble()).isNotNull();
        }
    }

    @Test
    void aRoomsSilenceSaysNothingOfLivekit() {
        livekit.on("ListParticipants", asked -> {
            end.await();
            return captured("participants");
        });
        livekit.on("ListRooms", asked -> Reply.message(ListRoomsResponse.getDefaultInstance()));
        try (var impatient = impatient(16, 16)) {
            for (int i = 0; i < 12; i++) {
                assertThat(failure(impatient.listParticipants("zombie")).reason())
                        .isEqualTo(Reason.TIMEOUT);
            }

            assertThat(impatient.trouble()).isNull();
            assertThat(impatient.listRooms()).succeedsWithin(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersOfLivekitNeverOpenTheBreaker() {
        livekit.on("ListParticipants", asked -> captured("participants of an unknown room"));
        for (int i = 0; i < 30; i++) {
            assertThat(failure(rooms.listParticipants("zombie")).code()).isEqualTo("unavailable");
        }
    }

    @Test
    void theBreakerOpensAndLetsATryThroughNowAndThen() {
        livekit.on("ListRooms", asked -> Reply.text(502, "text/html", "<h1>Bad Gateway</h1>"));
        var itsMeters = new SimpleMeterRegistry();
        try (var api = new RoomApi(TestLivekit.at(livekit.url()), CLOCK, itsMeters, Duration.ofMillis(200))) {
            await().until(() -> failure(api.listRooms()).reason() == Reason.BREAKER_OPEN);
            assertThat(livekit.asked("ListRooms")).hasSize(5);
            assertThat(itsMeters.get("livekit.breaker.open").gauges()).anyMatch(gauge -> gauge.value() == 1);
            livekit.on("ListRooms", asked -> Reply.message(ListRoomsResponse.getDefaultInstance()));

            await().until(() -> api.listRooms().handle((answer, e) -> e == null).join());

            assertThat(api.listRooms()).succeedsWithin(5, TimeUnit.SECONDS);
            assertThat(api.trouble()).isNull();
        }
    }

    @Test
    void onlySoManyCallsAreOnTheirWayAndInLine() {
        livekit.on("ListRooms", asked -> {
            end.await();
            return Reply.message(ListRoomsResponse.getDefaultInstance());
        });
        var settings = TestLivekit.at(livekit.url(), TestLivekit.SECRET, Duration.ofSeconds(30), 2, 3);
        try (var narrow = new RoomApi(settings, CLOCK, new SimpleMeterRegistry())) {
            var calls = new ArrayList<CompletableFuture<List<ListedRoom>>>();
            for (int i = 0; i < 5; i++) {
                calls.add(narrow.listRooms());
            }

            assertThat(failure(narrow.listRooms()).reason()).isEqualTo(Reason.BUSY);
            await().until(() -> livekit.asked().size() == 2);
            end.countDown();

            assertThat(calls).allSatisfy(call -> assertThat(call).succeedsWithin(10, TimeUnit.SECONDS));
            assertThat(livekit.asked()).hasSize(5);
            assertThat(narrow.listRooms()).succeedsWithin(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void countsCallsByMethodAndOutcome() {
        livekit.on("DeleteRoom", asked -> Reply.message(DeleteRoomResponse.getDefaultInstance()));
        livekit.on("ListRooms", asked -> Reply.twirp(500, "internal"));

        rooms.deleteRoom("a").join();
        failure(rooms.listRooms());

        assertThat(meters.get("livekit.calls")
                        .tags("method", "DeleteRoom", "outcome", "ok")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("livekit.calls")
                        .tags("method", "ListRooms", "outcome", "refused")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("livekit.calls.open").gauge().value()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "WS", "http"})
    void readsWebSocketAddressesAsHttp(String scheme) {
        livekit.onPath(
                "/behind/a%20path/twirp/livekit.RoomService/ListRooms".replace("%20", " "),
                asked -> Reply.message(ListRoomsResponse.getDefaultInstance()));
        URI url = URI.create(livekit.url().toString().replace("http", scheme) + "/behind/a%20path/");
        try (var api = new RoomApi(TestLivekit.at(url), CLOCK, new SimpleMeterRegistry())) {
            assertThat(api.listRooms()).succeedsWithin(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void tokensLastForMinutes() {
        livekit.on("ListRooms", asked -> Reply.message(ListRoomsResponse.getDefaultInstance()));

        rooms.listRooms().join();

        assertThat(token(livekit.asked().getFirst()).getExpiresAtAsInstant())
                .isEqualTo(CLOCK.instant().plus(Duration.ofMinutes(5)));
    }

    private RoomApi impatient(int calls, int waiting) {
        return new RoomApi(
                TestLivekit.at(livekit.url(), TestLivekit.SECRET, Duration.ofMillis(100), calls, waiting),
                CLOCK,
                new SimpleMeterRegistry());
    }

    private static RoomApiException failure(CompletableFuture<?> call) {
        return call.handle((value, e) -> {
                    assertThat(e).as("failure, not %s", value).isNotNull();
                    return RoomApiException.of(e);
                })
                .join();
    }

    private static Map<String, Object> grant(FakeLivekit.Asked asked) {
        return token(asked).getClaim("video").asMap();
    }

    private static DecodedJWT token(FakeLivekit.Asked asked) {
        assertThat(asked.authorization()).startsWith("Bearer ");
        return JWT.require(Algorithm.HMAC256(TestLivekit.SECRET))
                .withIssuer(TestLivekit.KEY)
                .acceptExpiresAt(Integer.MAX_VALUE)
                .build()
                .verify(asked.authorization().substring("Bearer ".length()));
    }

    private static Reply captured(String title) {
        JsonNode response = response(title);
        return Reply.text(
                response.get("status").asInt(),
                response.get("contentType").asString(),
                response.get("body").asString());
    }

    /** The captures are JSON; here they are what LiveKit says of the same to those who speak protobuf. */
    private static Message captured(String title, Message.Builder message) throws InvalidProtocolBufferException {
        JsonFormat.parser()
                .ignoringUnknownFields()
                .merge(response(title).get("body").asString(), message);
        return message.build();
    }

    private static JsonNode response(String title) {
        return Objects.requireNonNull(CAPTURE.get(title), title);
    }

    private static Map<String, JsonNode> capture() {
        try {
            var answers = new LinkedHashMap<String, JsonNode>();
            for (String line : Files.readAllLines(Path.of("..", "..", "infra", "captures", "room-api.ndjson"), UTF_8)) {
                JsonNode call = JsonMapper.shared().readTree(line);
                if (call.has("request")) {
                    answers.put(call.get("title").asString(), call.get("response"));
                }
            }
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
