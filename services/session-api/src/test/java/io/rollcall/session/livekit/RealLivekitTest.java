package io.rollcall.session.livekit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.health.Readiness;
import io.rollcall.session.livekit.RoomApiException.Reason;
import io.rollcall.session.livekit.domain.ListedRoom;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real LiveKit; skipped where there is no {@code livekit-server} on the PATH. */
class RealLivekitTest {

    private static final InstantSource CLOCK = InstantSource.system();
    private static final String ROOM = "a room / with \"any\" \u202ename\u202c, 名前";

    private static RealLivekit livekit;
    private static RoomApi rooms;

    @BeforeAll
    static void start() throws IOException {
        livekit = RealLivekit.startOrSkip(false);
        rooms = new RoomApi(TestLivekit.at(livekit.url()), CLOCK, new SimpleMeterRegistry());
    }

    @AfterAll
    static void stop() {
        if (livekit != null) {
            rooms.close();
            livekit.close();
        }
    }

    @Test
    void makesListsAndDeletesARoom() {
        ListedRoom made = rooms.createRoom(ROOM, Duration.ofSeconds(90), Duration.ofSeconds(15))
                .join();

        assertThat(made.name()).isEqualTo(ROOM);
        assertThat(made.emptyTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(made.departureTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(rooms.createRoom(ROOM, Duration.ofSeconds(5)).join()).isEqualTo(made);
        assertThat(rooms.listRooms().join()).contains(made);
        assertThat(rooms.listParticipants(ROOM).join()).isEmpty();
        rooms.removeParticipant(ROOM, "nobody").join();
        rooms.deleteRoom(ROOM).join();
        await().until(() ->
                rooms.listRooms().join().stream().noneMatch(it -> it.name().equals(ROOM)));
        rooms.deleteRoom(ROOM).join();
    }

    @Test
    void hearsThatNoNodeHostsARoom() {
        RoomApiException failure = failure(rooms.listParticipants("not there"));

        assertThat(failure.isRefusal("unavailable")).isTrue();
    }

    @Test
    void saysAtOnceThatNobodyIsInARoomThatIsNotThere() {
        rooms.removeParticipant("not there", "nobody").join();
    }

    @Test
    void takesAViewersToken() throws Exception {
        rooms.createRoom("camera_1", Duration.ofMinutes(1)).join();
        long now = CLOCK.instant().getEpochSecond();
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("reservation_id", "r-1");

        AccessTokens ours = tokens(TestLivekit.SECRET);

        assertThat(join(ours.mintViewer("viewer_r-1", "camera_1", now, now + 60, attributes)))
                .isEqualTo(200);
        assertThat(join(ours.mintViewer("viewer_r-1", "camera_2", now, now + 60, attributes)))
                .isEqualTo(404);
    }

    @Test
    void isToldThatItsSecretIsWrong() {
        var settings = TestLivekit.at(livekit.url(), "x".repeat(40), Duration.ofSeconds(5));
        try (var stranger = new RoomApi(settings, CLOCK, new SimpleMeterRegistry());
                var readiness = new LivekitReadiness(stranger, Duration.ofMillis(50))) {
            assertThat(failure(stranger.listRooms()).isRefusal("unauthenticated"))
                    .isTrue();
            assertThat(readiness.check().status()).isEqualTo(Readiness.Status.DEGRADED);
            assertThat(readiness.check().reason()).contains("LIVEKIT_API_SECRET");
        }
    }

    @Test
    void takesOurTokensAndNoOthers() throws Exception {
        rooms.createRoom("room_of_tokens", Duration.ofMinutes(1)).join();
        long now = CLOCK.instant().getEpochSecond();
        AccessTokens ours = tokens(TestLivekit.SECRET);

        assertThat(join(ours.mint("user-1", "room_of_tokens", now, now + 60))).isEqualTo(200);
        assertThat(join(ours.mint("user-1", "room_of_others", now, now + 60))).isEqualTo(404);
        assertThat(join(ours.mint("user-1", "room_of_tokens", now - 7200, now - 3600)))
                .isEqualTo(401);
        assertThat(join(tokens("x".repeat(40)).mint("user-1", "room_of_tokens", now, now + 60)))
                .isEqualTo(401);
    }

    @Test
    void warnsWhenLivekitMakesRoomsByItself() throws Exception {
        assertThat(rooms.makesRoomsByItself().join()).isEqualTo(Optional.of(false));
        try (var careless = RealLivekit.startOrSkip(true);
                var api = new RoomApi(TestLivekit.at(careless.url()), CLOCK, new SimpleMeterRegistry());
                var readiness = new LivekitReadiness(api, Duration.ofMillis(50))) {
            await().until(() -> readiness.check().status() == Readiness.Status.DEGRADED);

            assertThat(readiness.check().reason()).contains("room.auto_create");
            assertThat(api.listRooms().join()).isEmpty();
        }
    }

    @Test
    void survivesThatLivekitIsAway() throws Exception {
        try (var other = RealLivekit.startOrSkip(false);
                var api = new RoomApi(
                        TestLivekit.at(other.url()), CLOCK, new SimpleMeterRegistry(), Duration.ofMillis(300));
                var readiness = new LivekitReadiness(api, Duration.ofMillis(50))) {
            await().until(() -> readiness.check().equals(Readiness.up()));
            other.stop();
            await().until(() -> failure(api.listRooms()).reason() == Reason.BREAKER_OPEN);
            assertThat(readiness.check().status()).isEqualTo(Readiness.Status.DEGRADED);

            other.start(false);

            await().until(() -> readiness.check().equals(Readiness.up()));
            assertThat(api.listRooms().join()).isEmpty();
        }
    }

    private static AccessTokens tokens(String secret) {
        return new AccessTokens(
                TestLivekit.at(livekit.url(), secret, Duration.ofSeconds(5)), new SimpleMeterRegistry());
    }

    /** What LiveKit says of a token before it lets somebody in. */
    private static int join(String token) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(livekit.url() + "/rtc/validate?access_token=" + token))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static RoomApiException failure(CompletableFuture<?> call) {
        return call.handle((value, e) -> {
                    assertThat(e).as("failure, not %s", value).isNotNull();
                    return RoomApiException.of(e);
                })
                .join();
    }
}
