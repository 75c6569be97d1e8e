package io.rollcall.chaos;

import io.rollcall.chaos.PatientClient.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches one camera after the other: reserves, beats, renews now and then, and gives back or just goes
 * away.
 */
final class Viewer {

    private static final String STREAM = "/api/v1/stream";
    private static final Pattern ID = Pattern.compile("\"reservation_id\":\"([0-9a-f-]{36})\"");
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final int LONGEST_SECONDS = 45;
    private static final int BAD_LUCK_SECONDS = 4;
    /** One in so many asks without an Idempotency-Key. */
    private static final int WITHOUT_KEY = 4;
    /** One in so many goes away without a word. */
    private static final int GOES_AWAY = 6;
    /** One in so many renews before it ends. */
    private static final int RENEWS = 5;

    private final int number;
    private final PatientClient client;
    private final Random random;
    private final int cameras;
    private final AtomicBoolean over;
    private final World world;
    private int asked;

    /**
     * What all viewers know together.
     *
     * @param kept reservations that were answered, by id, with the answer
     * @param abandoned those of them that nobody beats for any more
     * @param waits every request that was answered
     * @param wrong answers that no contract allows
     */
    record World(Map<String, Answer> kept, Set<String> abandoned, Queue<Waits.Wait> waits, Queue<Wrong> wrong) {

        /** One in which nothing has happened yet. */
        static World unseen() {
            return new World(
                    new ConcurrentHashMap<>(),
                    ConcurrentHashMap.newKeySet(),
                    new ConcurrentLinkedQueue<>(),
                    new ConcurrentLinkedQueue<>());
        }
    }

    /** An answer that no contract allows; about no reservation where it is empty. */
    record Wrong(String what, String reservation) {}

    Viewer(int number, PatientClient client, long seed, int cameras, AtomicBoolean over, World world) {
        this.number = number;
        this.client = client;
        this.random = new Random(seed * 1_000 + number);
        this.cameras = cameras;
        this.over = over;
        this.world = world;
    }

    /** Watches until it is over, and gives back what it has. */
    void watch() throws InterruptedException {
        while (!over.get()) {
            String reservation = reserve();
            if (reservation == null) {
                pause(Duration.ofMillis(random.nextInt(BAD_LUCK_SECONDS * 1_000)));
            } else {
                keep(reservation);
            }
        }
    }

    private @Nullable String reserve() throws InterruptedException {
        boolean keyed = random.nextInt(WITHOUT_KEY) > 0;
        Answer answer = ask(
                "reserve",
                "POST",
                "/reserve",
                keyed ? "viewer-" + number + "-" + ++asked : null,
                "{\"camera_id\":\"cam-%d\",\"user_id\":\"user-%d\"}".formatted(random.nextInt(cameras), number));
        Matcher id = ID.matcher(answer.body());
        if (answer.status() == 201 && id.find()) {
            world.kept().put(id.group(1), answer);
            return id.group(1);
        }
        if (answer.status() != 429) {
            wrong("reserve", "", answer);
        }
        return null;
    }

    private void keep(String reservation) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(random.nextInt(LONGEST_SECONDS));
        while (!over.get() && System.nanoTime() < end) {
            long left = Math.max(0, end - System.nanoTime());
            pause(Duration.ofNanos(Math.min(BEAT.toNanos(), left)));
            expect(200, "heartbeat", reservation, ask("heartbeat", "POST", "/heartbeat/" + reservation, null, null));
        }
        if (random.nextInt(RENEWS) == 0) {
            expect(200, "renew", reservation, ask("renew", "POST", "/renew/" + reservation, null, null));
        }
        if (random.nextInt(GOES_AWAY) == 0) {
            world.abandoned().add(reservation);
            return;
        }
        Answer answer = ask("release", "DELETE", "/release/" + reservation, null, null);
        // Asked again after an answer that was lost on its way: it is gone, as it should be.
        if (!(answer.status() == 404 && answer.tries().size() > 1)) {
            expect(200, "release", reservation, answer);
        }
    }

    private Answer ask(String what, String method, String path, @Nullable String key, @Nullable String json)
            throws InterruptedException {
        Answer answer = client.ask(number, method, STREAM + path, key, json);
        world.waits().add(new Waits.Wait(what, answer));
        return answer;
    }

    private void expect(int status, String what, String reservation, Answer answer) {
        if (answer.status() != status) {
            wrong(what, reservation, answer);
        }
    }

    private void wrong(String what, String reservation, Answer answer) {
        world.wrong()
                .add(new Wrong(
                        what + " of viewer " + number + " at " + answer.askedAt() + ": " + answer.status() + " "
                                + answer.body() + " after " + answer.tries(),
                        reservation));
    }

    /** Shorter when it is over. */
    private void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (!over.get() && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.sleep(Math.min(TimeUnit.MILLISECONDS.toNanos(200), end - System.nanoTime()));
        }
    }
}
