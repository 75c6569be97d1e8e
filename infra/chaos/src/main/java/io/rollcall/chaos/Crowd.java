package io.rollcall.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What people and programs do with LiveKit, by chance: rooms and realtime sessions are made, joined, left and deleted,
 * and some join twice.
 */
final class Crowd implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** The names of rooms hold anything. */
    private static final List<String> ROOMS =
            List.of("stand-up", "ag7/night shift", "50% \"off\" #3", "\u05d7\u05d3\u05e8 1");

    private static final int IDENTITIES = 8;
    private static final int MOST_INSIDE = 14;

    private final Random random;
    private final Participants people;
    private final LivekitRooms livekit;
    private final SessionClient client;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Seat> seats = new ConcurrentHashMap<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private int requested;

    private record Seat(String room, String userId, String token) {}

    Crowd(Random random, Participants people, LivekitRooms livekit, SessionClient client) {
        this.random = random;
        this.people = people;
        this.livekit = livekit;
        this.client = client;
    }

    void actUntil(Instant end) throws IOException, InterruptedException {
        while (Instant.now().isBefore(end)) {
            act();
            Thread.sleep(Duration.ofMillis(200 + random.nextInt(400)));
        }
    }

    private void act() throws IOException, InterruptedException {
        List<Visit> inside = people.visits().stream().filter(Visit::there).toList();
        int dice = random.nextInt(100);
        if (inside.isEmpty() || (dice < 40 && inside.size() < MOST_INSIDE)) {
            join(random.nextBoolean());
        } else if (dice < 65) {
            people.leave(one(inside).number());
        } else if (dice < 75) {
            again(one(inside));
        } else if (dice < 80) {
            Visit visit = one(inside);
            ask(() -> livekit.remove(visit.room(), visit.identity()));
        } else if (dice < 84) {
            String room = one(inside).room();
            ask(() -> livekit.delete(room));
        } else if (dice < 95) {
            make();
        } else {
            end();
        }
    }

    private void join(boolean session) throws IOException, InterruptedException {
        List<Seat> open = seats.entrySet().stream()
                .filter(seat -> !ended.contains(seat.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (session && !open.isEmpty()) {
            Seat seat = open.get(random.nextInt(open.size()));
            people.join(seat.room(), seat.userId(), seat.token(), random.nextInt(3) == 0);
        } else {
            come(ROOMS.get(random.nextInt(ROOMS.size())), "u-" + random.nextInt(IDENTITIES));
        }
    }

    /** So many come, each to a room that is made for it unless it is there. */
    void come(int number) throws IOException, InterruptedException {
        for (int i = 0; i < number; i++) {
            come(ROOMS.get(i % ROOMS.size()), "late-" + i);
        }
    }

    private void come(String room, String identity) throws IOException, InterruptedException {
        ask(() -> livekit.create(room));
        people.join(room, identity, livekit.token(room, identity), random.nextInt(3) == 0);
    }

    /** The same identity once more, from elsewhere. */
    private void again(Visit visit) throws IOException {
        people.join(visit.room(), visit.identity(), livekit.token(visit.room(), visit.identity()), false);
    }

    private void make() {
        int number = ++requested;
        var _ = requests.submit(() -> {
            SessionClient.Done done = client.create(number);
            if (done.answer().status() == 201) {
                JsonNode session = JSON.readTree(done.answer().body());
                seats.put(
                        done.sessionId(),
                        new Seat(
                                session.path("room_id").asString(),
                                session.path("user_id").asString(),
                                session.path("client_secret").path("value").asString()));
            }
            return null;
        });
    }

    private void end() {
        List<String> open = seats.keySet().stream()
                .filter(id -> !ended.contains(id))
                .sorted()
                .toList();
        if (!open.isEmpty()) {
            String id = open.get(random.nextInt(open.size()));
            int number = ++requested;
            ended.add(id);
            var _ = requests.submit(() -> client.delete(number, id));
        }
    }

    @FunctionalInterface
    private interface Call {
        void go() throws IOException, InterruptedException;
    }

    /** LiveKit may be away, and what is to be deleted may be gone: it is as if nobody had asked. */
    private static void ask(Call call) throws InterruptedException {
        try {
            call.go();
        } catch (IOException e) {
            // As said above.
        }
    }

    private Visit one(List<Visit> inside) {
        return inside.get(random.nextInt(inside.size()));
    }

    /** Waits until every request for a session is answered. */
    void rest() throws InterruptedException, TimeoutException {
        requests.shutdown();
        if (!requests.awaitTermination(3, TimeUnit.MINUTES)) {
            throw new TimeoutException("not every request has come to an end");
        }
    }

    void vanish() throws IOException, InterruptedException {
        people.vanish();
    }

    LivekitRooms livekit() {
        return livekit;
    }

    Collection<Visit> visits() {
        return people.visits();
    }

    int inside() {
        return (int) people.visits().stream().filter(Visit::there).count();
    }

    int rooms() {
        return (int) people.visits().stream()
                .filter(Visit::there)
                .map(Visit::room)
                .distinct()
                .count();
    }

    /** The rooms of all sessions that were ever made, by session id. */
    Map<String, String> made() {
        var made = new TreeMap<String, String>();
        seats.forEach((id, seat) -> made.put(id, seat.room()));
        return made;
    }

    /** The sessions that were to be ended. */
    Set<String> ended() {
        return Set.copyOf(ended);
    }

    /** Status by id of the sessions that are there. */
    Map<String, String> statuses() throws IOException, InterruptedException {
        return client.statuses();
    }

    @Override
    public void close() {
        requests.shutdownNow();
        people.close();
    }
}
