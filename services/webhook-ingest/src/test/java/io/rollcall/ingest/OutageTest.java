package io.rollcall.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.ingest.recording.Recorder;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an outage does, with a real broker that goes and comes back on its port and folder. */
class OutageTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path data;

    @Test
    void losesNothingAndKeepsEveryRoomsOrderWhenKafkaGoesAndComesBackInTheMiddle() throws Exception {
        try (KafkaCluster.Own kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            var registry = new FixedRegistry();
            try (var service = RunningService.start(kafka.bootstrapServers(), data, registry);
                    var rooms = new Rooms(service.port(), 8)) {
                service.awaitDirect();
                rooms.awaitEach(50);

                kafka.stop();
                rooms.awaitEach(100);
                assertThat(service.recorder().mode()).isEqualTo(Recorder.Mode.SPOOLING);
                assertThat(service.get("/readyz").status()).isEqualTo(200);
                assertThat(service.get("/readyz").body()).contains("degraded", "spooling");
                kafka.start();
                await().atMost(LONG).until(() -> service.recorder().mode() == Recorder.Mode.DIRECT);
                rooms.awaitEach(50);
                rooms.stop();

                assertThat(rooms.longestAnswerMillis.get()).isLessThan(4_000);
                assertThat(service.recorder().spool().bytes()).isZero();
                var log = new LogReader(kafka.bootstrapServers(), registry);
                rooms.assertRecorded(log);
            }
        }
    }

    @Test
    void startsWithoutKafkaAndSendsWhatItAndTheProcessBeforeTook() throws Exception {
        try (KafkaCluster.Own kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            kafka.stop();
            var registry = new FixedRegistry();
            Rooms rooms;
            try (var first = RunningService.start(kafka.bootstrapServers(), data, registry)) {
                rooms = new Rooms(first.port(), 2);
                rooms.awaitEach(20);
                rooms.stop();
            }
            assertThat(filesOfSpool()).noneMatch(OutageTest::holdsPassword).isNotEmpty();

            try (var second = RunningService.start(kafka.bootstrapServers(), data, registry)) {
                kafka.start();
                await().atMost(LONG).until(() -> second.recorder().mode() == Recorder.Mode.DIRECT);

                rooms.assertRecorded(new LogReader(kafka.bootstrapServers(), registry));
            }
        }
    }

    @Test
    void noticesThatKafkaHasGoneAndIsBackBeforeAnyWebhookComes() {
        try (KafkaCluster.Own kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            try (var service = RunningService.start(kafka.bootstrapServers(), data, new FixedRegistry())) {
                service.awaitDirect();
                assertThat(service.get("/readyz").body()).contains("\"recording\":{\"status\":\"up\"}");

                kafka.stop();
                await().atMost(LONG)
                        .untilAsserted(() ->
                                assertThat(service.get("/readyz").body()).contains("degraded", "no broker answers"));
                assertThat(service.get("/readyz").status()).isEqualTo(200);

                kafka.start();
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(service.get("/readyz").body())
                                .contains("\"recording\":{\"status\":\"up\"}"));
                assertThat(service.recorder().mode()).isEqualTo(Recorder.Mode.DIRECT);
            }
        }
    }

    @Test
    void losesNothingWhenTheRegistryIsAwayAtTheStart() throws Exception {
        KafkaCluster kafka = KafkaCluster.shared();
        kafka.createTopics(Topics.all());
        var registry = new AbsentRegistry();
        try (var service = RunningService.start(kafka.bootstrapServers(), data, registry);
                var rooms = new Rooms(service.port(), 2)) {
            rooms.awaitEach(20);
            assertThat(service.recorder().mode()).isEqualTo(Recorder.Mode.SPOOLING);
            assertThat(service.recorder().spool().records()).isPositive();

            registry.there = true;
            await().atMost(LONG).until(() -> service.recorder().mode() == Recorder.Mode.DIRECT);
            rooms.stop();

            rooms.assertRecorded(new LogReader(kafka.bootstrapServers(), registry));
        }
    }

    @Test
    void asksToSendAgainWhenTheSpoolIsFullAndIsNotReadyThen() {
        try (KafkaCluster.Own kafka = KafkaCluster.own()) {
            kafka.createTopics(Topics.all());
            kafka.stop();
            try (var service = RunningService.start(
                    kafka.bootstrapServers(),
                    data,
                    new FixedRegistry(),
                    "--rollcall.ingest.spool.max-size=64KB",
                    "--rollcall.ingest.spool.segment-size=16KB",
                    "--rollcall.ingest.max-body=16KB")) {
                byte[] body = ("{\"event\":\"room_started\",\"id\":\"EV\",\"room\":{\"name\":\"full\",\"metadata\":\""
                                + "m".repeat(15_000) + "\"}}")
                        .getBytes(UTF_8);
                int taken = 0;
                Http.Answer answer;
                do {
                    answer = post(service, body);
                    taken++;
                } while (answer.status() == 200);

                assertThat(taken).isBetween(4, 5);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers()).containsEntry("retry-after", "1");
                assertThat(service.get("/readyz").status()).isEqualTo(503);

                kafka.start();
                await().atMost(LONG).until(() -> service.recorder().mode() == Recorder.Mode.DIRECT);
                assertThat(post(service, body).status()).isEqualTo(200);
                assertThat(service.get("/readyz").status()).isEqualTo(200);
            }
        }
    }

    private static Http.Answer post(RunningService service, byte[] body) {
        try (var http = new Http(service.port())) {
            return http.webhook(Signing.sign(body, Instant.now().getEpochSecond()), body);
        }
    }

    private List<Path> filesOfSpool() throws IOException {
        try (var files = Files.walk(data)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static boolean holdsPassword(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains("hush");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Not there until it is. */
    private static final class AbsentRegistry implements SchemaRegistry {

        private final SchemaRegistry registry = new FixedRegistry();
        private volatile boolean there;

        @Override
        public int id(String subject, Schema schema) {
            if (!there) {
                throw new RegistryUnavailableException("not yet");
            }
            return registry.id(subject, schema);
        }

        @Override
        public Schema schema(int id) {
            return registry.schema(id);
        }
    }

    /** Rooms that send as LiveKit does: one event after the other, the next when the one before is answered. */
    private static final class Rooms implements AutoCloseable {

        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<AtomicInteger> sent = new ArrayList<>();
        private final List<Future<?>> running = new ArrayList<>();
        private final AtomicLong longestAnswerMillis = new AtomicLong();
        private volatile boolean stopping;

        Rooms(int port, int count) {
            for (int i = 0; i < count; i++) {
                var counter = new AtomicInteger();
                String name = "room-" + i;
                sent.add(counter);
                running.add(threads.submit(() -> run(port, name, counter)));
            }
        }

        private void run(int port, String name, AtomicInteger counter) {
            try (var http = new Http(port)) {
                while (!stopping) {
                    byte[] body = ("{\"event\":\"track_published\",\"id\":\"" + counter.get()
                                    + "\",\"room\":{\"name\":\"" + name + "\",\"turnPassword\":\"hush\"}}")
                            .getBytes(UTF_8);
                    long began = System.nanoTime();
                    Http.Answer answer =
                            http.webhook(Signing.sign(body, Instant.now().getEpochSecond()), body);
                    long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
                    longestAnswerMillis.accumulateAndGet(millis, Math::max);
                    if (answer.status() != 200) {
                        throw new AssertionError(name + " was answered " + answer);
                    }
                    counter.incrementAndGet();
                }
            }
        }

        /** Until each room has had so many more answered. */
        void awaitEach(int more) {
            int[] before = sent.stream().mapToInt(AtomicInteger::get).toArray();
            await().atMost(LONG)
                    .until(() -> IntStream.range(0, before.length)
                            .allMatch(i -> sent.get(i).get() >= before[i] + more
                                    || running.get(i).isDone()));
        }

        void stop() throws Exception {
            stopping = true;
            for (Future<?> room : running) {
                room.get();
            }
        }

        /** Everything answered is there, and the first copies are in the order in which it was sent. */
        void assertRecorded(LogReader log) {
            for (int i = 0; i < sent.size(); i++) {
                var firsts = new LinkedHashSet<String>();
                log.events("room-" + i)
                        .forEach(record -> firsts.add(record.value().getLivekitEventId()));
                assertThat(firsts)
                        .as("room-" + i)
                        .containsExactlyElementsOf(
                                IntStream.range(0, sent.get(i).get())
                                        .mapToObj(String::valueOf)
                                        .toList());
            }
        }

        @Override
        public void close() {
            stopping = true;
            threads.shutdown();
        }
    }
}
