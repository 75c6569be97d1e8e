package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Scenes for the demo: some hundred cameras of four agencies, and viewers who reserve, watch (where a livekit-sim lets
 * them), beat, give back, or just go away; more of them want the cameras of one agency than it may have. Cameras go offline
 * and come back. Ends with the demo.
 */
final class StreamScenes implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> AGENCIES = List.of("DUBAI_POLICE", "METRO", "BUS", "OTHER");
    /** May have the fewest: see {@link Development#QUOTA_LIMITS}. */
    private static final String SMALL = "BUS";

    private static final int CAMERAS_OF_EACH = 30;
    private static final int VIEWERS_OF_SMALL = 26;
    private static final int VIEWERS_OF_ANY = 24;
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final Duration BETWEEN_OUTAGES = Duration.ofSeconds(20);
    private static final Duration OUTAGE = Duration.ofSeconds(12);
    private static final Duration BETWEEN_REFUSALS_TOLD = Duration.ofSeconds(8);
    private static final int TELLS = 6;
    private static final int GOES_AWAY = 5;
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int TOO_MANY = 429;

    private final SceneHttp http = new SceneHttp();
    private final URI api;
    private final URI people;
    private final Narrator narrator;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong refusalTold = new AtomicLong(System.nanoTime() - BETWEEN_REFUSALS_TOLD.toNanos());
    private volatile boolean ended;

    private StreamScenes(Ports ports, Narrator narrator) {
        this.api = URI.create("http://127.0.0.1:" + ports.sessionApi() + "/api/v1/");
        this.people = URI.create("http://127.0.0.1:" + ports.livekitMetrics() + "/sim/");
        this.narrator = narrator;
    }

    /** Begins. */
    static StreamScenes start(Ports ports, Narrator narrator) throws IOException, InterruptedException {
        var scenes = new StreamScenes(ports, narrator);
        scenes.addCameras();
        narrator.say(CAMERAS_OF_EACH * AGENCIES.size() + " cameras of " + AGENCIES.size() + " agencies; "
                + (VIEWERS_OF_SMALL + VIEWERS_OF_ANY) + " viewers, more of " + SMALL + " than it may have");
        for (int i = 0; i < VIEWERS_OF_SMALL + VIEWERS_OF_ANY; i++) {
            int number = i;
            scenes.play(() -> scenes.watch(number, number < VIEWERS_OF_SMALL ? SMALL : null));
        }
        scenes.play(scenes::breakCameras);
        return scenes;
    }

    private void addCameras() throws IOException, InterruptedException {
        var body = JSON.createObjectNode();
        var cameras = body.putArray("cameras");
        for (String agency : AGENCIES) {
            for (int i = 0; i < CAMERAS_OF_EACH; i++) {
                cameras.addObject()
                        .put("id", id(agency, i))
                        .put("name", name(agency, i))
                        .put("source", agency)
                        .put("status", "ONLINE");
            }
        }
        SceneHttp.answer(http.send(api.resolve("cameras/import"), "POST", body.toString()), OK);
    }

    private static String id(String agency, int number) {
        return "demo-" + agency.toLowerCase(Locale.ROOT).replace('_', '-') + "-" + number;
    }

    private static String name(String agency, int number) {
        return agency.charAt(0) + agency.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ') + " camera "
                + (number + 1);
    }

    @FunctionalInterface
    private interface Scene {
        void play() throws IOException, InterruptedException;
    }

    private synchronized void play(Scene scene) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (!ended) {
                try {
                    scene.play();
                } catch (IOException e) {
                    if (!ended) {
                        narrator.say("A viewer could not go on: "
                                + Objects.requireNonNullElse(
                                        e.getMessage(), e.getClass().getSimpleName()));
                    }
                } catch (InterruptedException e) {
                    return;
                }
            }
        }));
    }

    /** One stream from beginning to end. */
    private void watch(int number, @Nullable String agency) throws IOException, InterruptedException {
        RandomGenerator random = ThreadLocalRandom.current();
        pause(random, 1, 12);
        String source = agency == null ? AGENCIES.get(random.nextInt(AGENCIES.size())) : agency;
        int camera = random.nextInt(CAMERAS_OF_EACH);
        HttpResponse<String> reply = http.send(
                api.resolve("stream/reserve"),
                "POST",
                JSON.writeValueAsString(Map.of("camera_id", id(source, camera), "user_id", "demo-" + number)));
        if (reply.statusCode() == TOO_MANY) {
            tellOfRefusal(
                    JSON.readTree(reply.body()).path("error").path("message_en").asString());
            return;
        }
        if (reply.statusCode() != CREATED) {
            // Its camera has just gone offline, or LiveKit is away: another time.
            return;
        }
        JsonNode reservation = JSON.readTree(reply.body());
        boolean told = random.nextInt(TELLS) == 0;
        tell(told, number, "watches " + name(source, camera));
        boolean joined = join(reservation.path("token").asString());
        keep(random, reservation.path("reservation_id").asString(), number, told && joined);
    }

    private void keep(RandomGenerator random, String reservation, int number, boolean told)
            throws IOException, InterruptedException {
        boolean goesAway = random.nextInt(GOES_AWAY) == 0;
        for (int beats = 1 + random.nextInt(4); beats > 0; beats--) {
            Thread.sleep(BEAT);
            if (http.send(api.resolve("stream/heartbeat/" + reservation), "POST", "")
                            .statusCode()
                    != OK) {
                tell(told, number, "has lost the stream");
                return;
            }
        }
        if (goesAway) {
            tell(told, number, "goes away without a word; the stream is free when the time is up");
            return;
        }
        http.send(api.resolve("stream/release/" + reservation), "DELETE", "");
        tell(told, number, "has given the stream back");
    }

    /** Nobody joins by themselves on a real LiveKit. */
    private boolean join(String token) throws InterruptedException {
        try {
            var order = JSON.createObjectNode().put("token", token);
            return http.send(people.resolve("join"), "POST", order.toString()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    private void breakCameras() throws IOException, InterruptedException {
        RandomGenerator random = ThreadLocalRandom.current();
        Thread.sleep(BETWEEN_OUTAGES);
        String agency = AGENCIES.get(random.nextInt(AGENCIES.size()));
        int camera = random.nextInt(CAMERAS_OF_EACH);
        status(agency, camera, random.nextBoolean() ? "OFFLINE" : "ERROR");
        Thread.sleep(OUTAGE);
        status(agency, camera, "ONLINE");
    }

    private void status(String agency, int camera, String status) throws IOException, InterruptedException {
        var body = JSON.createObjectNode()
                .put("name", name(agency, camera))
                .put("source", agency)
                .put("status", status);
        SceneHttp.answer(http.send(api.resolve("cameras/" + id(agency, camera)), "PUT", body.toString()), OK);
        narrator.say(name(agency, camera) + " is " + status);
    }

    private void tell(boolean told, int number, String what) {
        if (told && !ended) {
            narrator.say("Viewer " + number + " " + what);
        }
    }

    private void tellOfRefusal(String message) {
        long now = System.nanoTime();
        long last = refusalTold.get();
        if (now - last > BETWEEN_REFUSALS_TOLD.toNanos() && refusalTold.compareAndSet(last, now)) {
            narrator.say(message);
        }
    }

    private static void pause(RandomGenerator random, int fromSeconds, int toSeconds) throws InterruptedException {
        Thread.sleep(Duration.ofMillis(random.nextLong(fromSeconds * 1000L, toSeconds * 1000L)));
    }

    /** No more is heard of them. */
    synchronized void end() {
        ended = true;
        threads.forEach(Thread::interrupt);
    }

    /** The cameras go, and with them every reservation, so that a stack that goes on keeps nothing of it. */
    @Override
    public synchronized void close() {
        end();
        try {
            for (String agency : AGENCIES) {
                for (int i = 0; i < CAMERAS_OF_EACH; i++) {
                    http.send(api.resolve("cameras/" + id(agency, i)), "DELETE", "");
                }
            }
        } catch (IOException e) {
            // The stack goes too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
