package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Scenes for the demo: realtime sessions that are made over HTTP, joined and left by scripted people of livekit-sim, and
 * removed, by their user or because their room stayed empty. Nobody joins by themselves on a real LiveKit server: there
 * they are made, and removed by their user. Ends with the demo.
 */
final class SessionScenes implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration BETWEEN_SCENES = Duration.ofSeconds(6);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration GONE_WITHIN = Duration.ofMinutes(2);
    private static final int ENDED_BY_USER = 3;
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int NOT_FOUND = 404;

    private final SceneHttp http = new SceneHttp();
    private final URI sessions;
    private final URI people;
    private final Narrator narrator;
    private final List<Thread> scenes = new ArrayList<>();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private boolean simulated;
    private volatile boolean ended;

    private SessionScenes(Ports ports, Narrator narrator) {
        this.sessions = URI.create("http://127.0.0.1:" + ports.sessionApi() + "/v1/realtime/sessions/");
        this.people = URI.create("http://127.0.0.1:" + ports.livekitMetrics() + "/sim/");
        this.narrator = narrator;
    }

    /** Begins. */
    static SessionScenes start(Ports ports, Narrator narrator) throws InterruptedException {
        var scenes = new SessionScenes(ports, narrator);
        if (!scenes.isSimulated()) {
            narrator.say("No livekit-sim runs here, and to a real LiveKit server only real clients come: sessions are"
                    + " made and ended, with empty rooms.");
            narrator.say("For people who come and go: ./rollcall down, then ./rollcall demo.");
            scenes.play(() -> scenes.direct(scenes::oneWithNobody));
            return scenes;
        }
        scenes.simulated = true;
        scenes.play(() -> scenes.direct(scenes::one));
        return scenes;
    }

    /** Has people go to rooms of their own for a minute, where there is a livekit-sim that has some. */
    void sendCrowd(int round) throws IOException, InterruptedException {
        if (!simulated) {
            return;
        }
        var crowd = JSON.createObjectNode()
                .put("name", "demo-" + round)
                .put("seed", round)
                .put("rooms", 9)
                .put("peoplePerRoom", 8)
                .put("arrivalsPerSecond", 1.5)
                .put("people", 90)
                .put("stayMs", 20_000)
                .put("publishing", 0.6);
        crowd.putArray("agencies").add("METRO").add("BUS").add("TRAM");
        SceneHttp.answer(http.send(people.resolve("crowds"), "POST", crowd.toString()), OK);
    }

    private boolean isSimulated() throws InterruptedException {
        try {
            HttpResponse<String> reply = http.send(people.resolve("health"), "GET", "");
            return reply.statusCode() == OK && saysItIsADouble(reply.body());
        } catch (IOException e) {
            return false;
        }
    }

    /** A real LiveKit answers 200 at every path of this port, with its metrics. */
    static boolean saysItIsADouble(String health) {
        try {
            return JSON.readTree(health).path("testDouble").asBoolean(false);
        } catch (JacksonException e) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Scene {
        void play() throws IOException, InterruptedException;
    }

    private synchronized void play(Scene scene) {
        if (ended) {
            return;
        }
        scenes.removeIf(thread -> !thread.isAlive());
        scenes.add(Thread.ofVirtual().start(() -> {
            try {
                scene.play();
            } catch (IOException e) {
                if (!ended) {
                    narrator.say("A realtime session could not go on: "
                            + Objects.requireNonNullElse(
                                    e.getMessage(), e.getClass().getSimpleName()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private interface NumberedScene {
        void play(int number) throws IOException, InterruptedException;
    }

    private void direct(NumberedScene scene) throws InterruptedException {
        for (int i = 1; ; i++) {
            int number = i;
            play(() -> scene.play(number));
            Thread.sleep(BETWEEN_SCENES);
        }
    }

    private void oneWithNobody(int number) throws IOException, InterruptedException {
        String id = make().path("id").asString();
        pause(10, 20);
        end(id);
    }

    private JsonNode make() throws IOException, InterruptedException {
        JsonNode session = SceneHttp.answer(http.send(sessions.resolve("../sessions"), "POST", ""), CREATED);
        open.add(session.path("id").asString());
        narrator.say("Session " + session.path("id").asString() + " is made, with the room "
                + session.path("room_id").asString());
        return session;
    }

    private void end(String id) throws IOException, InterruptedException {
        SceneHttp.answer(http.send(sessions.resolve(id), "DELETE", ""), OK);
        open.remove(id);
        narrator.say("Session " + id + " is ended by its user, and its room with it");
    }

    private void one(int number) throws IOException, InterruptedException {
        JsonNode session = make();
        String id = session.path("id").asString();
        pause(2, 5);
        var join = JSON.createObjectNode()
                .put("token", session.path("client_secret").path("value").asString());
        JsonNode person = join(join.toString());
        awaitStatus(id, "connected");
        narrator.say("Session " + id + " is connected");
        pause(8, 20);
        if (number % ENDED_BY_USER == 0) {
            end(id);
            return;
        }
        var leave = JSON.createObjectNode()
                .put("participantSid", person.path("participantSid").asString());
        SceneHttp.answer(http.send(people.resolve("leave"), "POST", leave.toString()), OK);
        narrator.say("Session " + id + " is left; it ends unless somebody comes back in time");
        awaitStatus(id, "");
        open.remove(id);
        narrator.say("Session " + id + " is removed: its room stayed empty");
    }

    /** As a client does: where LiveKit was too slow to make the room at once, the next poll makes it. */
    private JsonNode join(String order) throws IOException, InterruptedException {
        HttpResponse<String> reply = http.send(people.resolve("join"), "POST", order);
        for (long look = 0; look < GONE_WITHIN.dividedBy(LOOK_EVERY) && reply.statusCode() == NOT_FOUND; look++) {
            Thread.sleep(LOOK_EVERY);
            reply = http.send(people.resolve("join"), "POST", order);
        }
        return SceneHttp.answer(reply, OK);
    }

    /** Until the session has this status; nothing stands for its end. */
    private void awaitStatus(String id, String status) throws IOException, InterruptedException {
        for (long look = 0; look < GONE_WITHIN.dividedBy(LOOK_EVERY); look++) {
            HttpResponse<String> reply = http.send(sessions.resolve(id), "GET", "");
            if (status.isEmpty()
                    ? reply.statusCode() == NOT_FOUND
                    : statusOf(reply).equals(status)) {
                return;
            }
            Thread.sleep(LOOK_EVERY);
        }
        throw new IOException(id + (status.isEmpty() ? " is not removed" : " is not " + status));
    }

    private static String statusOf(HttpResponse<String> reply) {
        return reply.statusCode() == OK
                ? JSON.readTree(reply.body()).path("status").asString()
                : "";
    }

    private static void pause(int fromSeconds, int toSeconds) throws InterruptedException {
        Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(fromSeconds * 1000L, toSeconds * 1000L)));
    }

    /** No more is heard of them; sessions that are open stay so. */
    synchronized void end() {
        ended = true;
        scenes.forEach(Thread::interrupt);
    }

    /** What is open is removed, so that a stack that goes on keeps nothing of it. */
    @Override
    public synchronized void close() {
        end();
        for (String id : open) {
            try {
                http.send(sessions.resolve(id), "DELETE", "");
            } catch (IOException e) {
                // The stack goes too.
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        open.clear();
        http.close();
    }
}
