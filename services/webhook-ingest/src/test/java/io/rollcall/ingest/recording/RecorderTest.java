package io.rollcall.ingest.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.ingest.recording.Recorder.Mode;
import io.rollcall.ingest.spool.Spool;
import io.rollcall.ingest.webhooks.domain.BodyScanner;
import io.rollcall.ingest.webhooks.domain.Scan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecorderTest {

    private static final Duration PATIENCE = Duration.ofMillis(150);

    @TempDir
    Path folder;

    private final FakeKafka kafka = new FakeKafka();
    private final List<String> setAside = new CopyOnWriteArrayList<>();
    private @Nullable Recorder recorder;

    @AfterEach
    void close() {
        if (recorder != null) {
            recorder.close();
        }
    }

    @Test
    void answersFromKafkaWhileItAcknowledges() throws Exception {
        Recorder direct = openDirect();

        Waiting a = record(direct, "room-1", "a");

        assertThat(a.outcome()).isEqualTo("KAFKA");
        assertThat(kafka.log()).containsExactly("room-1/a");
        assertThat(direct.spool().bytes()).isZero();
    }

    @Test
    void answersFromTheSpoolWhenKafkaDoesNotAcknowledgeAndDrainsLater() throws Exception {
        Recorder direct = openDirect();
        kafka.silent();

        Waiting a = record(direct, "room-1", "a");
        assertThat(a.outcome()).isEqualTo("SPOOL");
        Waiting b = record(direct, "room-1", "b");
        assertThat(b.outcome()).isEqualTo("SPOOL");
        kafka.well();

        await().until(() -> direct.mode() == Mode.DIRECT);
        assertThat(firsts(kafka.log())).containsExactly("room-1/a", "room-1/b");
        assertThat(direct.spool().bytes()).isZero();
    }

    @Test
    void answersFromTheSpoolAtOnceWhenTheProducerFails() throws Exception {
        Recorder direct = openDirect();
        kafka.failing();

        assertThat(record(direct, "room-1", "a").outcome()).isEqualTo("SPOOL");
        kafka.well();

        await().until(() -> direct.mode() == Mode.DIRECT);
        assertThat(firsts(kafka.log())).containsExactly("room-1/a");
        assertThat(kafka.opened()).isGreaterThan(1);
    }

    @Test
    void takesWebhooksWithoutKafkaFromTheStart() throws Exception {
        kafka.gone();
        Recorder cold = open();

        assertThat(record(cold, "room-1", "a").outcome()).isEqualTo("SPOOL");
        kafka.well();

        await().until(() -> cold.mode() == Mode.DIRECT);
        assertThat(kafka.log()).containsExactly("room-1/a");
    }

    @Test
    void sendsFirstWhatAnEarlierProcessLeft() throws Exception {
        kafka.gone();
        Recorder first = open();
        assertThat(record(first, "room-1", "a").outcome()).isEqualTo("SPOOL");
        first.close();
        kafka.well();

        Recorder second = open();
        await().until(() -> second.mode() == Mode.DIRECT);
        assertThat(record(second, "room-1", "b").outcome()).isEqualTo("KAFKA");

        assertThat(kafka.log()).containsExactly("room-1/a", "room-1/b");
    }

    @Test
    void sendsNothingStraightToKafkaBeforeItHasAcknowledgedTheLastOfTheSpool() throws Exception {
        kafka.gone();
        Recorder cold = open();
        assertThat(record(cold, "room-1", "a").outcome()).isEqualTo("SPOOL");
        kafka.silent();
        await().until(() -> kafka.waiting() == 1);

        assertThat(record(cold, "room-1", "b").outcome()).isEqualTo("SPOOL");
        kafka.well();

        await().until(() -> cold.mode() == Mode.DIRECT);
        // Had b gone straight to Kafka first, there would be a copy of it.
        assertThat(kafka.log()).containsExactly("room-1/a", "room-1/b");
    }

    @Test
    void linesUpBehindAllThatTheSpoolHasNotSentYet() throws Exception {
        kafka.gone();
        Recorder cold = open();
        List<String> expected = new ArrayList<>();
        Waiting last = record(cold, "room-1", "first");
        expected.add("room-1/first");
        for (int i = 0; i < 5_000; i++) {
            last = record(cold, "room-1", String.valueOf(i));
            expected.add("room-1/" + i);
        }
        assertThat(last.outcome()).isEqualTo("SPOOL");
        kafka.silent();
        await().until(() -> kafka.waiting() >= 4_000);

        assertThat(record(cold, "room-1", "late").outcome()).isEqualTo("SPOOL");
        kafka.well();

        await().until(() -> cold.mode() == Mode.DIRECT);
        expected.add("room-1/late");
        assertThat(firsts(kafka.log())).containsExactlyElementsOf(expected);
    }

    @Test
    void turnsAwayWhatTheSpoolCannotHoldAndTakesItOnceThereIsRoom() throws Exception {
        kafka.gone();
        Recorder full = open(2_000);
        String big = "x".repeat(1_500);

        assertThat(record(full, "room-1", big).outcome()).isEqualTo("SPOOL");
        assertThat(record(full, "room-1", big).outcome()).isEqualTo("TURNED_AWAY");
        kafka.well();

        await().until(() -> full.mode() == Mode.DIRECT);
        assertThat(record(full, "room-1", big).outcome()).isEqualTo("KAFKA");
    }

    @Test
    void setsAsideWhatKafkaRefusesAndGoesOn() throws Exception {
        Recorder direct = openDirect();

        Waiting a = record(direct, "room-1", "unacceptable");
        Waiting b = record(direct, "room-1", "b");

        assertThat(a.outcome()).isEqualTo("SPOOL");
        assertThat(b.outcome()).isIn("KAFKA", "SPOOL");
        await().until(() -> direct.mode() == Mode.DIRECT);
        assertThat(kafka.log()).containsExactlyInAnyOrder("dead letter/Kafka refused it: too large", "room-1/b");
        assertThat(setAside).hasSize(1);
        try (var files = Files.list(folder.resolve("set-aside"))) {
            assertThat(Files.readString(files.findFirst().orElseThrow(), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("unacceptable");
        }
    }

    @Test
    void recordsEverythingTakenBeforeItCloses() throws Exception {
        Recorder direct = openDirect();
        kafka.silent();
        Waiting a = record(direct, "room-1", "a");

        direct.close();

        assertThat(a.outcome()).isEqualTo("SPOOL");
        assertThat(record(direct, "room-1", "b").outcome()).isEqualTo("TURNED_AWAY");
    }

    /**
     * Rooms send their events one after the other, each when the one before is answered, while Kafka comes and goes in
     * every way at random: all that was answered must be there, and the first copies in the order of their room.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void keepsEveryRoomsOrderWhateverHappens(long seed) throws Exception {
        var random = new Random(seed);
        Recorder tested = openDirect();
        int rooms = 12;
        int events = 150;
        var finished = new CountDownLatch(rooms);
        var turnedAway = new AtomicInteger();
        for (int room = 0; room < rooms; room++) {
            next(tested, "room-" + room, 0, events, finished, turnedAway);
        }
        while (!finished.await(random.nextInt(40), TimeUnit.MILLISECONDS)) {
            switch (random.nextInt(5)) {
                case 0 -> kafka.silent();
                case 1 -> kafka.failing();
                case 2 -> kafka.gone();
                default -> kafka.well();
            }
        }
        kafka.well();
        await().atMost(Duration.ofSeconds(30)).until(() -> tested.mode() == Mode.DIRECT);

        var byRoom = new LinkedHashMap<String, List<String>>();
        firsts(kafka.log())
                .forEach(line -> byRoom.computeIfAbsent(line.substring(0, line.indexOf('/')), r -> new ArrayList<>())
                        .add(line.substring(line.indexOf('/') + 1)));
        List<String> all = java.util.stream.IntStream.range(0, events)
                .mapToObj(String::valueOf)
                .toList();
        assertThat(turnedAway).hasValue(0);
        assertThat(byRoom)
                .as("seed " + seed)
                .hasSize(rooms)
                .allSatisfy((room, order) ->
                        assertThat(order).as(room + " seed " + seed).containsExactlyElementsOf(all));
    }

    private void next(
            Recorder to, String room, int number, int end, CountDownLatch finished, AtomicInteger turnedAway) {
        if (number == end) {
            finished.countDown();
            return;
        }
        to.record(delivery(room, String.valueOf(number)), new Receipt() {
            @Override
            public void recorded(Place place) {
                Thread.startVirtualThread(() -> next(to, room, number + 1, end, finished, turnedAway));
            }

            @Override
            public void turnedAway() {
                turnedAway.incrementAndGet();
                finished.countDown();
            }
        });
    }

    private Recorder open() throws IOException {
        return open(64 << 20);
    }

    private Recorder open(long maxBytes) throws IOException {
        Spool spool = Spool.open(folder, maxBytes, 1 << 20, (file, bytes, atEnd) -> setAside.add(file));
        Recorder opened = new Recorder(spool, kafka, PATIENCE, () -> setAside.add("fatal"));
        recorder = opened;
        return opened;
    }

    private Recorder openDirect() throws IOException {
        Recorder opened = open();
        await().until(() -> opened.mode() == Mode.DIRECT);
        return opened;
    }

    private static Waiting record(Recorder to, String room, String id) throws InterruptedException {
        var waiting = new Waiting();
        to.record(delivery(room, id), waiting);
        return waiting;
    }

    private static Delivery delivery(String room, String id) {
        byte[] body = ("{\"event\":\"x\",\"id\":\"" + id + "\",\"room\":{\"name\":\"" + room + "\"}}").getBytes(UTF_8);
        return new Delivery(new UUID(1, 2), 1_000, "key", "correlation", null, BodyScanner.scan(body));
    }

    /** Only the first of several copies. */
    private static List<String> firsts(List<String> log) {
        Set<String> seen = new HashSet<>();
        return log.stream().filter(seen::add).toList();
    }

    private static final class Waiting implements Receipt {

        private final CountDownLatch done = new CountDownLatch(1);
        private volatile String outcome = "";

        @Override
        public void recorded(Place place) {
            outcome = place.name();
            done.countDown();
        }

        @Override
        public void turnedAway() {
            outcome = "TURNED_AWAY";
            done.countDown();
        }

        String outcome() throws InterruptedException {
            assertThat(done.await(10, TimeUnit.SECONDS)).as("answered").isTrue();
            return outcome;
        }
    }

    /**
     * What matters of an idempotent producer and its broker: a lane keeps its order, a silent one may have its records
     * taken later or never, a failed one may or may not have had them taken.
     */
    private static final class FakeKafka implements Lane.Opener {

        private enum State {
            WELL,
            SILENT,
            FAILING,
            GONE
        }

        private final List<String> log = new ArrayList<>();
        private final Random random = new Random(7);
        private State state = State.WELL;
        private int opened;
        private final List<FakeLane> lanes = new ArrayList<>();

        synchronized void silent() {
            state = State.SILENT;
        }

        synchronized void failing() {
            state = State.FAILING;
        }

        synchronized void gone() {
            state = State.GONE;
        }

        synchronized void well() {
            state = State.WELL;
            lanes.forEach(FakeLane::catchUp);
        }

        synchronized List<String> log() {
            return List.copyOf(log);
        }

        synchronized int opened() {
            return opened;
        }

        synchronized int waiting() {
            return lanes.stream().mapToInt(lane -> lane.waiting.size()).sum();
        }

        @Override
        public synchronized Lane open() throws IOException {
            if (state == State.GONE) {
                throw new IOException("nobody there");
            }
            opened++;
            var lane = new FakeLane();
            lanes.add(lane);
            return lane;
        }

        private record Sent(Delivery delivery, Lane.Outcome outcome) {}

        private final class FakeLane implements Lane {

            private final List<Sent> waiting = new ArrayList<>();
            private boolean closed;

            @Override
            public void send(Delivery delivery, Outcome outcome) {
                synchronized (FakeKafka.this) {
                    if (closed) {
                        throw new IllegalStateException("closed");
                    }
                    if (state == State.FAILING) {
                        if (random.nextBoolean() && waiting.isEmpty()) {
                            append(delivery);
                        }
                        outcome.broken(new IOException("failed"));
                        return;
                    }
                    waiting.add(new Sent(delivery, outcome));
                    if (state == State.WELL) {
                        catchUp();
                    }
                }
            }

            @Override
            public boolean connected() {
                synchronized (FakeKafka.this) {
                    return state != State.GONE;
                }
            }

            private void catchUp() {
                for (Sent sent : waiting) {
                    if (append(sent.delivery)) {
                        sent.outcome.recorded();
                    } else {
                        sent.outcome.refused("too large");
                    }
                }
                waiting.clear();
            }

            private boolean append(Delivery delivery) {
                return switch (delivery.scan()) {
                    case Scan.Event(var webhook) when webhook.eventId().equals("unacceptable") -> false;
                    case Scan.Event(var webhook) -> log.add(webhook.roomName() + "/" + webhook.eventId());
                    case Scan.Unreadable(var cause, var payload) -> log.add("dead letter/" + cause);
                };
            }

            @Override
            public void close() {
                synchronized (FakeKafka.this) {
                    closed = true;
                    lanes.remove(this);
                    var left = List.copyOf(waiting);
                    waiting.clear();
                    left.forEach(sent -> sent.outcome.broken(new IOException("closed")));
                }
            }
        }
    }
}
