package io.rollcall.chaos;

import io.rollcall.local.CommittedLog;
import io.rollcall.local.Livekit;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.QuotaEventType;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What becomes of reservations and their viewers, from the request to the room, with the services of this build and
 * livekit-sim: each step says what must be, and how long it took.
 */
@Command(
        name = "reservations",
        description =
                "Viewers reserve, watch, stop beating and leave; session-api dies between the slot and the answer,"
                        + " quota-counter and LiveKit are away. Nobody watches without a reservation, and no slot leaks.",
        mixinStandardHelpOptions = true)
final class ReservationsCommand implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration TRY = Duration.ofSeconds(15);
    private static final String AGENCY = "METRO";
    private static final String CAMERA = "gate 1/بوابة";
    private static final int LIMIT = 3;

    private final PrintStream out = System.out;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private int breaches;

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private record Reply(int status, JsonNode body) {

        String id() {
            return body.path("reservation_id").asString();
        }

        String token() {
            return body.path("token").asString();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var trial = TrialStack.start(
                TrialStack.Plan.of(
                                "chaos-reservations",
                                Service.WEBHOOK_INGEST,
                                Service.PRESENCE_HISTORY,
                                Service.SESSION_API,
                                Service.QUOTA_COUNTER)
                        .with(new Livekit.Simulated("viewers join and leave at will"))
                        .with(Map.of(
                                "QUOTA_LIMITS",
                                AGENCY + "=" + LIMIT,
                                "QUOTA_LEASE_BEAT",
                                "6s",
                                "QUOTA_VIEWER_GRACE",
                                "2s")),
                out)) {
            var stage = new Stage(trial);
            stage.prepare();
            stage.theLimitHolds();
            stage.whoReleasesIsOutAndCannotComeBack();
            stage.whoStopsBeatingIsOut();
            stage.whoLeavesLosesTheSlotAlthoughItBeats();
            stage.livekitAwayUndoes();
            stage.sessionApiDiesBetweenSlotAndAnswer();
            stage.quotaCounterIsAway();
            stage.theCameraGoes();
            stage.theLogAgrees();
        } finally {
            http.close();
        }
        out.println(breaches == 0 ? "every promise was kept" : breaches + " promises were broken");
        return breaches == 0 ? 0 : 1;
    }

    private void check(String promise, Condition condition) throws InterruptedException {
        long begin = System.nanoTime();
        String why = "it never was so";
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            try {
                if (condition.holds()) {
                    out.printf("  %-64s %6d ms%n", promise, (System.nanoTime() - begin) / 1_000_000);
                    return;
                }
            } catch (IOException e) {
                why = String.valueOf(e);
            }
            Thread.sleep(5);
        }
        breaches++;
        out.printf("  %-64s BROKEN: %s%n", promise, why);
    }

    /** The running services, as clients see them. */
    private final class Stage {

        private final TrialStack trial;
        private final URI sessionApi;
        private final URI quotaCounter;
        private final URI livekit;

        Stage(TrialStack trial) {
            this.trial = trial;
            this.sessionApi = URI.create("http://127.0.0.1:" + trial.ports().sessionApi());
            this.quotaCounter = URI.create("http://127.0.0.1:" + trial.ports().quotaCounter());
            this.livekit = URI.create("http://127.0.0.1:" + trial.ports().livekit());
        }

        private Reply ask(URI service, String method, String path, String body, String... headers)
                throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(service.resolve(path))
                    .timeout(TRY)
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
            if (!body.isEmpty()) {
                request.header("Content-Type", "application/json");
            }
            if (headers.length > 0) {
                request.headers(headers);
            }
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(
                    answer.statusCode(),
                    answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body()));
        }

        private Reply reserve(String... headers) throws IOException, InterruptedException {
            String body = JSON.writeValueAsString(Map.of("camera_id", CAMERA, "user_id", "ann"));
            return ask(sessionApi, "POST", "/api/v1/stream/reserve", body, headers);
        }

        private Reply reserved() throws IOException, InterruptedException {
            Reply reply = reserve();
            if (reply.status() != 201) {
                throw new IOException("a reservation was answered " + reply);
            }
            return reply;
        }

        private int about(String method, String what, Reply reservation) throws IOException, InterruptedException {
            return ask(sessionApi, method, "/api/v1/stream/" + what + "/" + reservation.id(), "")
                    .status();
        }

        private int used() throws IOException, InterruptedException {
            return ask(quotaCounter, "GET", "/api/v1/agencies/" + AGENCY, "")
                    .body()
                    .path("current")
                    .asInt(-1);
        }

        private void join(Reply reservation) throws IOException, InterruptedException {
            Reply joined =
                    ask(livekit, "POST", "/sim/join", JSON.writeValueAsString(Map.of("token", reservation.token())));
            if (joined.status() != 200) {
                throw new IOException("a viewer could not join: " + joined);
            }
        }

        private boolean isInside(Reply reservation) throws IOException, InterruptedException {
            for (JsonNode room : ask(livekit, "GET", "/sim/rooms", "").body()) {
                for (JsonNode who : room.path("people")) {
                    if (who.path("identity").asString().equals("viewer_" + reservation.id())) {
                        return true;
                    }
                }
            }
            return false;
        }

        private void livekitFails(String outcome) throws IOException, InterruptedException {
            ask(livekit, "POST", "/sim/faults/api", "{\"methods\":[\"CreateRoom\"],\"outcome\":\"" + outcome + "\"}");
        }

        private void livekitIsWell() throws IOException, InterruptedException {
            ask(livekit, "DELETE", "/sim/faults", "");
        }

        private void camera() throws IOException, InterruptedException {
            String row =
                    JSON.writeValueAsString(Map.of("id", CAMERA, "name", "Gate", "source", AGENCY, "status", "ONLINE"));
            ask(sessionApi, "POST", "/api/v1/cameras/import", "{\"cameras\":[" + row + "]}");
        }

        /** The next one needs a room that nobody has asked for in the last ten seconds. */
        private void forgetTheRoom() throws IOException, InterruptedException {
            String restarted = Service.SESSION_API.id();
            trial.stack().kill(restarted);
            check("session-api is ready again", () -> trial.stack().ready(restarted) && used() >= 0);
        }

        void prepare() throws IOException, InterruptedException {
            camera();
            check("a limit from configuration is there", () -> used() == 0);
        }

        void theLimitHolds() throws IOException, InterruptedException {
            out.println("an agency with " + LIMIT + " slots");
            List<Reply> all = new ArrayList<>();
            for (int i = 0; i < LIMIT; i++) {
                all.add(reserved());
            }
            Reply refused = reserve();
            check(
                    "one more is refused in two languages",
                    () -> refused.status() == 429
                            && refused.body().path("error").path("current").asInt() == LIMIT
                            && !refused.body()
                                    .path("error")
                                    .path("message_ar")
                                    .asString()
                                    .isEmpty());
            check(
                    "all of them are listed",
                    () -> ask(sessionApi, "GET", "/api/v1/stream/reservations?user_id=ann", "")
                                    .body()
                                    .path("reservations")
                                    .size()
                            == LIMIT);
            for (Reply one : all) {
                about("DELETE", "release", one);
            }
            check("released, all slots are free", () -> used() == 0);
        }

        void whoReleasesIsOutAndCannotComeBack() throws IOException, InterruptedException {
            out.println("a viewer releases");
            Reply viewer = reserved();
            Reply other = reserved();
            join(viewer);
            join(other);
            about("DELETE", "release", viewer);
            check("is out of the room", () -> !isInside(viewer));
            join(viewer);
            check("joins with its token again, and is out", () -> !isInside(viewer));
            check("the other one stays", () -> isInside(other) && about("POST", "heartbeat", other) == 200);
            about("DELETE", "release", other);
        }

        void whoStopsBeatingIsOut() throws IOException, InterruptedException {
            out.println("a viewer stops beating (6 s)");
            Reply viewer = reserved();
            join(viewer);
            check("is out of the room", () -> !isInside(viewer));
            check("and its slot is free", () -> used() == 0);
        }

        void whoLeavesLosesTheSlotAlthoughItBeats() throws IOException, InterruptedException {
            out.println("a viewer leaves the room and goes on beating (2 s)");
            Reply viewer = reserved();
            join(viewer);
            ask(
                    livekit,
                    "POST",
                    "/sim/leave",
                    JSON.writeValueAsString(Map.of("room", "camera_" + CAMERA, "identity", "viewer_" + viewer.id())));
            check("its slot is free", () -> about("POST", "heartbeat", viewer) == 404 && used() == 0);
        }

        void livekitAwayUndoes() throws IOException, InterruptedException {
            out.println("LiveKit makes no room");
            forgetTheRoom();
            livekitFails("internal");
            int status = reserve().status();
            check("503", () -> status == 503);
            check("and its slot is free", () -> used() == 0);
            livekitIsWell();
        }

        void sessionApiDiesBetweenSlotAndAnswer() throws IOException, InterruptedException {
            out.println("kill -9 session-api between slot and answer");
            livekitFails("hang");
            List<CompletableFuture<Reply>> asked = new ArrayList<>();
            for (int i = 0; i < LIMIT; i++) {
                asked.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return reserve();
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            check("all slots are taken", () -> used() == LIMIT);
            trial.stack().kill(Service.SESSION_API.id());
            check("none was answered", () -> asked.stream().allMatch(CompletableFuture::isCompletedExceptionally));
            livekitIsWell();
            check("all slots are free, after their first time", () -> used() == 0);
            check(
                    "session-api reserves again",
                    () -> reserve("Idempotency-Key", "after the kill").status() == 201);
            Reply again = reserve("Idempotency-Key", "after the kill");
            check("and gives a key its answer again", () -> again.status() == 201);
            about("DELETE", "release", again);
        }

        void quotaCounterIsAway() throws IOException, InterruptedException {
            out.println("kill -9 quota-counter");
            Reply viewer = reserved();
            join(viewer);
            trial.stack().kill(Service.QUOTA_COUNTER.id());
            int lost = reserve().status();
            check("who reserves meanwhile is told 503, or has waited", () -> lost == 503 || lost == 201);
            check("it decides again, and a healthy lease lives", () -> about("POST", "heartbeat", viewer) == 200);
            check("the viewer is still there", () -> isInside(viewer));
            about("DELETE", "release", viewer);
            check("and no slot has leaked", () -> used() == 0);
        }

        void theCameraGoes() throws IOException, InterruptedException {
            out.println("the camera is removed");
            Reply viewer = reserved();
            join(viewer);
            String path = "/api/v1/cameras/"
                    + java.net.URLEncoder.encode(CAMERA, java.nio.charset.StandardCharsets.UTF_8)
                            .replace("+", "%20");
            int status = ask(sessionApi, "DELETE", path, "").status();
            check("204", () -> status == 204);
            check("its viewer is out", () -> !isInside(viewer));
            check("and the slot is free", () -> used() == 0);
        }

        void theLogAgrees() throws IOException, InterruptedException {
            out.println("from quota-events");
            Set<String> live = new HashSet<>();
            Map<String, Integer> reasons = new HashMap<>();
            List<String> wrong = new ArrayList<>();
            try (var values = new AvroSerde<>(Topics.QUOTA_EVENTS, trial.registry())) {
                new CommittedLog(trial.bootstrapServers()).read(Topics.QUOTA_EVENTS.name(), values, record -> {
                    var event = record.value();
                    if (event.getType() == QuotaEventType.LEASE_GRANTED) {
                        if (!live.add(event.getReservationId()) || live.size() > LIMIT) {
                            wrong.add("granted " + event.getReservationId());
                        }
                    } else if (event.getType() == QuotaEventType.LEASE_ENDED) {
                        reasons.merge(event.getReason(), 1, Integer::sum);
                        if (!live.remove(event.getReservationId())) {
                            wrong.add("ended " + event.getReservationId());
                        }
                    }
                });
            }
            check("never over the limit, each slot freed once", wrong::isEmpty);
            check("leaked slots: 0", live::isEmpty);
            check(
                    "every way to end was taken " + reasons,
                    () -> reasons.keySet()
                            .containsAll(Set.of(
                                    "released", "heartbeat_timeout", "viewer_left", "undone", "camera_removed")));
        }
    }
}
