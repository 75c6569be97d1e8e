package io.rollcall.session.sessions.reads;

import static io.rollcall.session.sessions.reads.Sessions.CREATED_AT;
import static io.rollcall.session.sessions.reads.Sessions.connected;
import static io.rollcall.session.sessions.reads.Sessions.created;
import static io.rollcall.session.sessions.reads.Sessions.removed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.RealRedis;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.session.reads.Listing;
import io.rollcall.session.reads.Rebuild;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The topic comes into Redis, whatever happens to Redis, to Kafka and to the instances. */
class ProjectorTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private KafkaCluster.Own kafka;
    private RealRedis redis;
    private SessionLog log;

    @BeforeEach
    void start() {
        kafka = KafkaCluster.own();
        kafka.createTopics(List.of(Topics.SESSIONS, Topics.deadLetters(Service.SESSION_API)));
        redis = RealRedis.start();
        log = new SessionLog(kafka.bootstrapServers());
    }

    @AfterEach
    void stop() {
        log.close();
        redis.close();
        kafka.close();
    }

    @Test
    void whatIsInTheTopicComesIntoRedisAndItsTombstonesGoFromIt() {
        Session lives = created("sess_lives", "user", CREATED_AT);
        Session goes = created("sess_goes", "user", CREATED_AT.plusSeconds(1));
        Session ends = created("sess_ends", "user", CREATED_AT.plusSeconds(2));
        log.write(lives, goes, ends, connected(lives));
        log.abort(removed(connected(lives), Instant.now()));
        try (var reads = running()) {
            awaitUp(reads);

            assertThat(list(reads, "user")).containsExactly(connected(lives), goes, ends);
            log.write(removed(ends, Instant.now()));
            log.delete("sess_goes");

            eventually(() -> assertThat(list(reads, "user")).containsExactly(connected(lives)));
            eventually(() -> assertThat(
                            reads.meters().get("rollcall.reads.lag").gauge().value())
                    .isZero());
            assertThat(reads.sessions().get("sess_goes").join()).isEmpty();
            assertThat(reads.sessions().get("sess_ends").join()).contains(removed(ends, removedAt(reads, "sess_ends")));
        }
    }

    @Test
    void aRecordThatCannotBeReadIsAmongTheDeadLettersAndTheOthersGoOn() {
        Session session = created("sess_after", "user");
        log.raw("sess_bad", "no Avro".getBytes(UTF_8));
        log.raw("sess_other", new AvroSerde<>(Topics.SESSIONS, new FixedRegistry()).serialize("sessions", session));
        log.write(session);
        try (var reads = running()) {
            awaitUp(reads);

            assertThat(list(reads, "user")).containsExactly(session);
            await().atMost(LONG).until(() -> deadLetters().size() == 2);
            assertThat(deadLetters())
                    .extracting(letter -> UTF_8.decode(letter.getKey()).toString())
                    .containsExactlyInAnyOrder("sess_bad", "sess_other");
        }
    }

    @Test
    void aRedisThatComesBackEmptyWhileWritesGoOnIsFilledAgainByItself() {
        try (var reads = running();
                var history = new History(11, log)) {
            history.write(400);
            awaitUp(reads);

            redis.stop();
            history.write(100);
            await().until(() -> reads.readiness("redis").status() == Readiness.Status.DEGRADED);
            history.write(100);
            redis.restart();
            history.write(100);

            eventually(() -> history.assertSame(reads));
            awaitUp(reads);
        }
    }

    @Test
    void aRedisThatIsEmptiedBehindItsBackIsFilledAgainByItself() {
        try (var reads = running();
                var history = new History(12, log)) {
            history.write(300);
            awaitUp(reads);

            command(commands -> commands.flushall());
            history.write(50);

            eventually(() -> history.assertSame(reads));
            awaitUp(reads);
        }
    }

    @Test
    void nothingIsSaidToBeGoneWhileItMayNotHaveBeenReadYet() {
        Session session = created("sess_there", "user");
        log.write(session);
        try (var reads = running()) {
            awaitUp(reads);

            // Kafka away: what Redis lost cannot be read again for now.
            kafka.stop();
            command(commands -> commands.flushall());

            eventually(() -> assertThat(failure(reads, "sess_there")).isInstanceOf(UnavailableException.class));
            assertThat(failure(reads, "sess_never")).isInstanceOf(UnavailableException.class);
            assertThat(listFailure(reads, "user")).isInstanceOf(UnavailableException.class);

            kafka.start();
            eventually(
                    () -> assertThat(reads.sessions().get("sess_never").join()).isEmpty());
            assertThat(reads.sessions().get("sess_there").join()).contains(session);
            awaitUp(reads);
        }
    }

    @Test
    void twoInstancesShareTheWorkAndTheOneThatIsLeftGoesOn() {
        try (var history = new History(13, log);
                var first = running()) {
            history.write(100);
            awaitUp(first);
            var second = running();
            awaitUp(second);
            history.write(200);
            eventually(() -> history.assertSame(first));
            history.assertSame(second);

            second.close();
            history.write(200);

            eventually(() -> history.assertSame(first));
        }
    }

    @Test
    void aRebuildWhileWritesGoOnMissesNothingAndBringsNothingOldBack() throws InterruptedException {
        try (var first = running();
                var second = running();
                var history = new History(14, log)) {
            history.write(2_000);
            awaitUp(first);
            awaitUp(second);
            eventually(() -> history.assertSame(first));
            command(commands -> commands.set("rollcall:{other}:untouched", "1"));
            String before = generation();
            var ended = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!ended.get()) {
                    history.write(5);
                }
            });

            assertThat(rebuild(first).begin()).isNull();

            assertThat(rebuild(second).begin()).contains("another instance");
            await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
                // A reader never goes back in time, and never misses what lives.
                history.assertReadableAndNotOlderThanSeen(second);
                return rebuild(first).status().state() != Rebuild.State.RUNNING;
            });
            ended.set(true);
            writer.join();

            assertThat(rebuild(first).status().state()).isEqualTo(Rebuild.State.DONE);
            assertThat(generation()).isNotEqualTo(before);
            eventually(() -> history.assertSame(second));
            await().atMost(LONG)
                    .until(() -> keys("rollcall:{sessions}:" + before + ":*").isEmpty());
            assertThat(keys("rollcall:{other}:*")).hasSize(1);
            assertThat(rebuild(second).begin()).isNull();
            await().atMost(LONG).until(() -> rebuild(second).status().state() == Rebuild.State.DONE);
            history.assertSame(first);
        }
    }

    @Test
    void aRebuildThatWasKilledIsGivenUpAndSweptAndCanBeStartedAgain() {
        try (var reads = running();
                var history = new History(15, log)) {
            history.write(200);
            awaitUp(reads);
            String before = generation();
            // What a killed one leaves: a generation half built, that edges write too, and no lease any more.
            command(commands -> {
                commands.hset("rollcall:{sessions}:generations", "building", "dead");
                commands.hset("rollcall:{sessions}:generations", "held", "token");
                commands.hset("rollcall:{sessions}:dead:id:sess_0", "version", "1");
            });
            history.write(50);

            await().atMost(LONG).until(() -> keys("rollcall:{sessions}:dead:*").isEmpty());
            eventually(() -> history.assertSame(reads));
            assertThat(generation()).isEqualTo(before);
            assertThat(rebuild(reads).begin()).isNull();
            await().atMost(LONG).until(() -> rebuild(reads).status().state() == Rebuild.State.DONE);
            history.assertSame(reads);
        }
    }

    @Test
    void anotherTopicOfTheSameNameIsReadFromItsBeginning() {
        log.write(created("sess_old_world", "user"));
        try (var reads = running()) {
            awaitUp(reads);
        }
        log.close();
        kafka.close();
        start(redis);
        Session session = created("sess_new_world", "user");
        log.write(session);

        try (var reads = running()) {
            eventually(() -> assertThat(list(reads, "user")).containsExactly(session));
        }
    }

    private void start(RealRedis kept) {
        kafka = KafkaCluster.own();
        kafka.createTopics(List.of(Topics.SESSIONS, Topics.deadLetters(Service.SESSION_API)));
        log = new SessionLog(kafka.bootstrapServers());
        redis = kept;
    }

    private RunningReads running() {
        return RunningReads.start(redis.url(), kafka.bootstrapServers());
    }

    /** Also while the reads answer 503. */
    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(LONG).ignoreExceptions().untilAsserted(assertion);
    }

    private static void awaitUp(RunningReads reads) {
        await().atMost(LONG).until(reads::isUp);
    }

    private static List<Session> list(RunningReads reads, String user) {
        return switch (reads.sessions().ofUser(user, null, 1000).join()) {
            case Listing.Found<Session>(var found) -> found;
            case Listing.UnknownPosition<Session> unknown -> throw new AssertionError(unknown);
        };
    }

    private static Instant removedAt(RunningReads reads, String id) {
        return reads.sessions().get(id).join().map(Session::getRemovedAt).orElseThrow();
    }

    private static Throwable failure(RunningReads reads, String id) {
        return reads.sessions()
                .get(id)
                .<Throwable>handle((_, failure) -> failure == null ? new AssertionError("answered") : failure)
                .thenApply(it -> it instanceof CompletionException && it.getCause() != null ? it.getCause() : it)
                .join();
    }

    private static Throwable listFailure(RunningReads reads, String user) {
        return reads.sessions()
                .ofUser(user, null, 10)
                .<Throwable>handle((_, failure) -> failure == null ? new AssertionError("answered") : failure)
                .thenApply(it -> it instanceof CompletionException && it.getCause() != null ? it.getCause() : it)
                .join();
    }

    private static Rebuild<?> rebuild(RunningReads reads) {
        return reads.part(Rebuild.class);
    }

    private String generation() {
        var found = new ArrayList<String>();
        command(commands -> found.add(commands.hget("rollcall:{sessions}:generations", "current")));
        return found.getFirst();
    }

    private List<String> keys(String pattern) {
        var found = new ArrayList<String>();
        command(commands -> found.addAll(commands.keys(pattern)));
        return found;
    }

    private void command(Consumer<RedisCommands<String, String>> use) {
        try (RedisClient client = RedisClient.create(redis.url());
                var connection = client.connect()) {
            use.accept(connection.sync());
        }
    }

    private List<DeadLetter> deadLetters() {
        var serde = new AvroSerde<>(Topics.deadLetters(Service.SESSION_API), new FixedRegistry());
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "metric.reporters", ""),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            var partition =
                    new TopicPartition(Topics.deadLetters(Service.SESSION_API).name(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            List<DeadLetter> letters = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> letters.add(serde.deserialize(record.topic(), record.value())));
            }
            return letters;
        }
    }

    /** A random life of many sessions of a few users, written to the topic; what must be readable at its end. */
    private static final class History implements AutoCloseable {

        private final Random random;
        private final SessionLog log;
        private final Map<String, Session> live = new HashMap<>();
        private final Map<String, Session> ended = new HashMap<>();
        private final Map<String, Long> seen = new HashMap<>();
        private final String seed;
        private int next;

        History(long seed, SessionLog log) {
            this.seed = "seed " + seed;
            this.random = new Random(seed);
            this.log = log;
        }

        synchronized void write(int changes) {
            List<Session> states = new ArrayList<>();
            for (int i = 0; i < changes; i++) {
                states.add(change());
            }
            log.write(states.toArray(Session[]::new));
        }

        private Session change() {
            if (live.size() < 3 || random.nextInt(10) < 3) {
                Session session =
                        created("sess_" + next, "user-" + next % 5, CREATED_AT.plusMillis(random.nextInt(1_000)));
                next++;
                live.put(session.getSessionId(), session);
                return session;
            }
            Session one = new ArrayList<>(live.values()).get(random.nextInt(live.size()));
            if (random.nextInt(10) < 3) {
                Session gone = removed(one, Instant.ofEpochMilli(System.currentTimeMillis()));
                live.remove(one.getSessionId());
                ended.put(one.getSessionId(), gone);
                return gone;
            }
            Session further = connected(one);
            live.put(one.getSessionId(), further);
            return further;
        }

        synchronized void assertSame(RunningReads reads) {
            for (int user = 0; user < 5; user++) {
                String name = "user-" + user;
                List<Session> expected = live.values().stream()
                        .filter(it -> it.getUserId().equals(name))
                        .sorted(Comparator.comparing(Session::getCreatedAt).thenComparing(Session::getSessionId))
                        .toList();
                assertThat(list(reads, name)).as(seed).containsExactlyElementsOf(expected);
            }
            ended.forEach((id, state) ->
                    assertThat(reads.sessions().get(id).join()).as(seed).contains(state));
        }

        void assertReadableAndNotOlderThanSeen(RunningReads reads) {
            String id = "sess_" + random(1_000_000) % 300;
            Optional<Session> read = reads.sessions().get(id).join();
            long before = seen.getOrDefault(id, 0L);
            assertThat(read.map(Session::getVersion).orElse(0L))
                    .as(seed + " " + id)
                    .isGreaterThanOrEqualTo(before);
            read.ifPresent(it -> seen.put(id, it.getVersion()));
        }

        private int random(int bound) {
            return ThreadLocalRandom.current().nextInt(bound);
        }

        @Override
        public void close() {
            seen.clear();
        }
    }
}
