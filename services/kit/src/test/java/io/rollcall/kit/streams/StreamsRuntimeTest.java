package io.rollcall.kit.streams;

import static io.rollcall.kit.streams.CountingService.IN;
import static io.rollcall.kit.streams.CountingService.OUT;
import static io.rollcall.kit.streams.CountingService.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.Readiness.Status;
import io.rollcall.kit.kafka.SwitchableRegistry;
import io.rollcall.kit.kafka.TestKafka;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsRuntimeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A thread that dies does not leave its group: its partitions wait for the session's end, usually six seconds. */
    private static final String SHORT_SESSION = "--rollcall.kafka.session-timeout=2s";

    private final SwitchableRegistry registry = new SwitchableRegistry();
    private final KafkaCluster.Own cluster = KafkaCluster.own();
    private final TestKafka kafka = new TestKafka(cluster.bootstrapServers());

    @TempDir
    Path data;

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void fineWith(Room room) {}

    private CountingService start(Consumer<Room> beforeCounting, String... arguments) {
        return new CountingService(cluster.bootstrapServers(), registry, data, beforeCounting, arguments);
    }

    private CountingService started(Consumer<Room> beforeCounting, String... arguments) {
        cluster.createTopics(CountingService.TOPICS);
        var service = start(beforeCounting, arguments);
        awaitReadiness(service, Readiness.up());
        return service;
    }

    /** Threads that die are what some of these tests are about. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).dontCatchUncaughtExceptions();
    }

    private static void awaitReadiness(CountingService service, Readiness readiness) {
        await().untilAsserted(() -> assertThat(service.readiness()).isEqualTo(readiness));
    }

    private List<Integer> counts(String key) {
        return kafka.values(OUT).stream()
                .filter(room -> room.getRoomKey().equals(key))
                .map(Room::getPeople)
                .toList();
    }

    private void awaitCounts(String key, Integer... counts) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts(key)).containsExactly(counts));
    }

    @Test
    void startsOnceKafkaItsTopicsAndTheRegistryAreThereAndSaysWhatItWaitsFor() {
        cluster.stop();
        registry.away(true);
        try (var service = start(StreamsRuntimeTest::fineWith)) {
            awaitReadiness(service, Readiness.down("no broker answers"));
            assertThat(service.gauge("rollcall.streams.state")).isEqualTo(-1);
            assertThatThrownBy(() -> service.runtime().running()).isInstanceOf(UnavailableException.class);

            cluster.start();
            awaitReadiness(service, Readiness.down("topics do not exist yet: counted-rooms, room-counts"));

            cluster.createTopics(CountingService.TOPICS);
            awaitReadiness(service, Readiness.down("the schema registry does not answer, or lacks our schemas"));

            registry.away(false);
            awaitReadiness(service, Readiness.up());
            assertThat(service.gauge("rollcall.streams.state")).isEqualTo(2);
            assertThat(service.runtime().running().state()).isEqualTo(KafkaStreams.State.RUNNING);
            assertThat(service.exits()).isEmpty();
        }
    }

    @Test
    void goesOnAfterAnOutageWithNothingLostAndNothingTwice() {
        try (var service = started(StreamsRuntimeTest::fineWith)) {
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1);

            cluster.stop();
            awaitReadiness(service, Readiness.degraded("no broker answers"));
            assertThat(service.runtime().running().state()).isEqualTo(KafkaStreams.State.RUNNING);

            cluster.start();
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1, 2);
            awaitReadiness(service, Readiness.up());
            assertThat(service.exits()).isEmpty();
        }
    }

    @Test
    void whoIsIdleWaitsLongerAndStillDecidesAtOnce() {
        try (var service = started(StreamsRuntimeTest::fineWith)) {
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1);

            // Twenty in a window where there would be 250.
            var before = new AtomicLong(Long.MIN_VALUE);
            await().pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                long now = polls(service);
                assertThat(now - before.getAndSet(now)).isBetween(1L, 40L);
            });

            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1, 2);
        }
    }

    private static long polls(CountingService service) {
        return service.runtime().running().metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("poll-total"))
                .mapToLong(metric -> ((Double) metric.metricValue()).longValue())
                .sum();
    }

    @Test
    void anOrderlyStopLeavesTheGroupAndTheNextStartGoesOn() throws Exception {
        try (var service = started(StreamsRuntimeTest::fineWith)) {
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1);
            assertThat(members()).isEqualTo(1);
            assertThat(service.exits()).isEmpty();
        }
        // Its session would last another six seconds.
        assertThat(members()).isZero();

        kafka.send(IN, "a", room("a"));
        try (var service = start(StreamsRuntimeTest::fineWith)) {
            awaitReadiness(service, Readiness.up());
            awaitCounts("a", 1, 2);
        }
    }

    private int members() throws Exception {
        String group = Service.PRESENCE_HISTORY.id();
        try (var admin = Admin.create(kafka.settings().admin("test"))) {
            return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                    .mapToInt(it -> it.members().size())
                    .sum();
        }
    }

    @Test
    void aThreadThatDiesOfAnOutageIsReplaced() {
        var failuresLeft = new AtomicInteger(2);
        Consumer<Room> failing = room -> {
            if (failuresLeft.getAndDecrement() > 0) {
                throw new TimeoutException("an outage in the middle");
            }
        };
        try (var service = started(failing, SHORT_SESSION)) {
            kafka.send(IN, "a", room("a"));

            awaitCounts("a", 1);
            assertThat(service.gauge("rollcall.streams.thread.failures")).isEqualTo(2);
            assertThat(service.exits()).isEmpty();
            assertThat(kafka.all(Topics.deadLetters(Service.PRESENCE_HISTORY))).isEmpty();
        }
    }

    @Test
    void whenReplacingDoesNotHelpTheProcessEnds() throws Exception {
        Consumer<Room> failing = room -> {
            throw new TimeoutException("an outage for ever");
        };
        try (var service = started(failing, SHORT_SESSION, "--rollcall.streams.thread-restarts=1")) {
            kafka.send(IN, "a", room("a"));

            assertThat(service.exits().poll(30, TimeUnit.SECONDS)).startsWith("a stream thread died");
            assertThat(service.gauge("rollcall.streams.thread.failures")).isEqualTo(2);
        }
    }

    @Test
    void aBrokenWorldEndsTheProcessAndTheRecordComesAgain() throws Exception {
        var broken = new AtomicBoolean(true);
        Consumer<Room> failing = room -> {
            if (broken.get()) {
                throw new ProcessorStateException("no space left on the disk");
            }
        };
        try (var service = started(failing, SHORT_SESSION)) {
            kafka.send(IN, "a", room("a"));

            assertThat(service.exits().poll(30, TimeUnit.SECONDS)).startsWith("a stream thread died");
            await().untilAsserted(() -> assertThat(service.readiness().status()).isEqualTo(Status.DOWN));
        }
        assertThat(counts("a")).isEmpty();
        assertThat(kafka.all(Topics.deadLetters(Service.PRESENCE_HISTORY))).isEmpty();

        broken.set(false);
        try (var service = start(failing)) {
            awaitReadiness(service, Readiness.up());
            awaitCounts("a", 1);
        }
    }

    @Test
    void aBrokerThatIsUnfitForExactlyOnceEndsTheProcess() throws Exception {
        try (var admin = Admin.create(kafka.settings().admin("test"))) {
            var downgrade = new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
            admin.updateFeatures(Map.of("transaction.version", downgrade), new UpdateFeaturesOptions())
                    .all()
                    .get();
        }
        cluster.createTopics(CountingService.TOPICS);
        try (var service = start(StreamsRuntimeTest::fineWith)) {
            assertThat(service.exits().poll(30, TimeUnit.SECONDS)).isEqualTo("the streams cannot start");
            assertThat(service.readiness()).isEqualTo(Readiness.down("failed, the process ends"));
        }
    }

    @Test
    void whatIsBeingRestoredIsNotAnswered(@TempDir Path otherData) {
        int partition = partitionOf("a");
        try (var service = started(StreamsRuntimeTest::fineWith)) {
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1);
            assertThat(service.count("a", partition)).isEqualTo(1);
        }
        String changelog = Service.PRESENCE_HISTORY.id() + "-" + CountingService.STORE + "-changelog";
        // Nothing behind it can be restored before it is over.
        try (var open = kafka.beginTransaction(changelog, partition)) {
            try (var service = new CountingService(
                    cluster.bootstrapServers(), registry, otherData, StreamsRuntimeTest::fineWith)) {
                await().untilAsserted(() -> assertThatCode(() -> service.countOfWhatIsThere("a", partition))
                        .doesNotThrowAnyException());
                assertThatThrownBy(() -> service.count("a", partition)).isInstanceOf(UnavailableException.class);

                open.abortTransaction();
                awaitAnswers(() -> assertThat(service.count("a", partition)).isEqualTo(1));
            }
        }
    }

    @Test
    void aCopyIsAnsweredOnceItHasEverythingThatThereWas(@TempDir Path otherData) {
        String copies = "--rollcall.streams.standbys=1";
        try (var service = started(StreamsRuntimeTest::fineWith, copies);
                var other = new CountingService(
                        cluster.bootstrapServers(), registry, otherData, StreamsRuntimeTest::fineWith, copies)) {
            awaitReadiness(other, Readiness.up());
            kafka.send(IN, "a", room("a"));
            awaitCounts("a", 1);

            for (CountingService one : List.of(service, other)) {
                awaitAnswers(() -> assertThat(one.count("a", partitionOf("a"))).isEqualTo(1));
                // Nothing was ever there.
                awaitAnswers(
                        () -> assertThat(one.count("a", 1 - partitionOf("a"))).isNull());
            }
        }
    }

    @Test
    void leavesTheWorkToOthersUntilItHasSettled(@TempDir Path otherData) {
        String patient = "--rollcall.streams.settle-within=3s";
        try (var alone = started(StreamsRuntimeTest::fineWith, patient)) {
            awaitReadiness(alone, Readiness.up());
            try (var other = new CountingService(
                    cluster.bootstrapServers(), registry, otherData, StreamsRuntimeTest::fineWith, patient)) {
                awaitReadiness(other, Readiness.down("others have its work until this process has settled"));
                assertThat(alone.readiness()).isEqualTo(Readiness.up());
                awaitReadiness(other, Readiness.up());
            }
        }
    }

    private static void awaitAnswers(ThrowingRunnable asserted) {
        await().ignoreExceptionsInstanceOf(UnavailableException.class).untilAsserted(asserted);
    }

    private static int partitionOf(String key) {
        return BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), IN.partitions());
    }
}
