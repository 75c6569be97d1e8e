package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Scenes for the demo: realtime sessions that are made over HTTP, joined and left by scripted people of livekit-sim, and
 * removed, by their user or because their room stayed empty. Ends with the demo.
 */
final class SessionScenes implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration BETWEEN_SCENES = Duration.ofSeconds(6);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration GONE_WITHIN = Duration.ofMinutes(2);
    private static final int ENDED_BY_USER = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI sessions;
    private final URI people;
    private final Narrator narrator;
    private final List<Thread> scenes = new ArrayList<>();

    private SessionScenes(Ports ports, Narrator narrator) {
        this.sessions = URI.create("http://127.0.0.1:" + ports.sessionApi() + "/v1/realtime/sessions/");
        this.people = URI.create("http://127.0.0.1:" + ports.livekitMetrics() + "/sim/");
        this.narrator = narrator;
    }

    /** Begins, where there is a livekit-sim whose people can be told what to do; else says that there is none. */
    static SessionScenes start(Ports ports, Narrator narrator) throws InterruptedException {
        var scenes = new SessionScenes(ports, narrator);
        if (scenes.simulated()) {
            scenes.play(() -> scenes.direct());
        } else {
            narrator.say("No livekit-sim runs here, so nobody joins realtime sessions; their rooms are the server's.");
        }
        return scenes;
    }

    private boolean simulated() throws InterruptedException {
        try {
            return send(people.resolve("health"), "GET", "").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Scene {
        void play() throws IOException, InterruptedException;
    }

    private synchronized void play(Scene scene) {
        scenes.removeIf(thread -> !thread.isAlive());
        scenes.add(Thread.ofVirtual().start(() -> {
            try {
                scene.play();
            } catch (IOException e) {
                narrator.say("A realtime session could not go on: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void direct() throws InterruptedException {
        for (int scene = 1; ; scene++) {
            int number = scene;
            play(() -> one(number));
            Thread.sleep(BETWEEN_SCENES);
        }
    }

    private void one(int number) throws IOException, InterruptedException {
        JsonNode session = answer(send(sessions.resolve("../sessions"), "POST", ""), 201);
        String id = session.path("id").asString();
        narrator.say("Session " + id + " is made, with the room "
                + session.path("room_id").asString());
        pause(2, 5);
        var join = JSON.createObjectNode()
                .put("token", session.path("client_secret").path("value").asString());
        JsonNode person = answer(send(people.resolve("join"), "POST", join.toString()), 200);
        awaitStatus(id, "connected");
        narrator.say("Session " + id + " is connected");
        pause(8, 20);
        if (number % ENDED_BY_USER == 0) {
            answer(send(sessions.resolve(id), "DELETE", ""), 200);
            narrator.say("Session " + id + " is ended by its user, and its room with it");
            return;
        }
        var leave = JSON.createObjectNode()
                .put("participantSid", person.path("participantSid").asString());
        answer(send(people.resolve("leave"), "POST", leave.toString()), 200);
        narrator.say("Session " + id + " is left; it ends unless somebody comes back in time");
        awaitStatus(id, "");
        narrator.say("Session " + id + " is removed: its room stayed empty");
    }

    /** Until the session has this status; nothing stands for its end. */
    private void awaitStatus(String id, String status) throws IOException, InterruptedException {
        for (long look = 0; look < GONE_WITHIN.dividedBy(LOOK_EVERY); look++) {
            HttpResponse<String> reply = send(sessions.resolve(id), "GET", "");
            if (status.isEmpty() ? reply.statusCode() == 404 : statusOf(reply).equals(status)) {
                return;
            }
            Thread.sleep(LOOK_EVERY);
        }
        throw new IOException(id + (status.isEmpty() ? " is not removed" : " is not " + status));
    }

    private static String statusOf(HttpResponse<String> reply) {
        return reply.statusCode() == 200
                ? JSON.readTree(reply.body()).path("status").asString()
                : "";
    }

    private static void pause(int fromSeconds, int toSeconds) throws InterruptedException {
        Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(fromSeconds * 1000L, toSeconds * 1000L)));
    }

    private static JsonNode answer(HttpResponse<String> reply, int expected) throws IOException {
        if (reply.statusCode() != expected) {
            throw new IOException(
                    reply.request().method() + " " + reply.uri().getPath() + " is answered " + reply.statusCode());
        }
        return reply.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(reply.body());
    }

    private HttpResponse<String> send(URI uri, String method, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(ANSWER_WITHIN)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public synchronized void close() {
        scenes.forEach(Thread::interrupt);
        http.shutdownNow();
    }
}
