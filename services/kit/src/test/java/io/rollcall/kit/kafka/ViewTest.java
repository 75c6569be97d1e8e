package io.rollcall.kit.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.health.Readiness.Status;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.rooms.Room;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ViewTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SwitchableRegistry registry = new SwitchableRegistry();
    private final List<View.Change<Room>> changes = Collections.synchronizedList(new ArrayList<>());
    private final List<View<Room>> views = new ArrayList<>();
    private KafkaCluster cluster = KafkaCluster.shared();
    private TestKafka kafka = new TestKafka(cluster.bootstrapServers());
    private Topic<Room> topic = rooms();

    @BeforeEach
    void connect() {
        kafka = new TestKafka(cluster.bootstrapServers());
        topic = rooms();
    }

    @AfterEach
    void stop() {
        views.forEach(View::stop);
        if (cluster != KafkaCluster.shared()) {
            cluster.close();
        }
    }

    private static Topic<Room> rooms() {
        return keeping(new Topic.Keeps.Latest());
    }

    private static Topic<Room> keeping(Topic.Keeps keeps) {
        return new Topic<>(
                "rooms-" + UUID.randomUUID(),
                "room key",
                Room.class,
                Service.PRESENCE_HISTORY,
                Set.of(Service.WS_GATEWAY),
                3,
                keeps);
    }

    private static Room room(String key, int people) {
        return Room.newBuilder().setRoomKey(key).setPeople(people).build();
    }

    private void createTopic() {
        cluster.createTopics(List.of(topic));
    }

    private View<Room> start() {
        var view = new View<>(topic, registry, kafka.settings(), "test").onChange(changes::add);
        views.add(view);
        view.start();
        return view;
    }

    private View<Room> caughtUp() throws Exception {
        var view = start();
        view.caughtUp().get(30, TimeUnit.SECONDS);
        return view;
    }

    @Test
    void holdsTheLastValueOfEveryKey() throws Exception {
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        kafka.send(topic, "b", room("b", 1));
        kafka.send(topic, "a", room("a", 2));
        kafka.send(topic, "gone", room("gone", 9));
        kafka.send(topic, "gone", null);

        var view = caughtUp();

        assertThat(view.all()).isEqualTo(Map.of("a", room("a", 2), "b", room("b", 1)));
        assertThat(view.get("a")).contains(room("a", 2));
        assertThat(view.get("gone")).isEmpty();
        assertThat(view.size()).isEqualTo(2);
        assertThat(view.check().status()).isEqualTo(Status.UP);
        await().untilAsserted(() -> assertThat(view.lag()).hasValue(0));
    }

    @Test
    void anEmptyTopicIsCompleteAtOnce() throws Exception {
        createTopic();

        assertThat(caughtUp().all()).isEmpty();
    }

    @Test
    void followsWhatComesLaterAndTellsOfIt() throws Exception {
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        caughtUp();

        kafka.send(topic, "a", room("a", 2));
        kafka.send(topic, "a", null);
        kafka.send(topic, "a", null);
        kafka.send(topic, "z", room("z", 1));

        await().untilAsserted(() -> assertThat(changes).anyMatch(it -> it.key().equals("z")));
        assertThat(changes)
                .filteredOn(it -> it.key().equals("a"))
                .extracting(View.Change::before, View.Change::after)
                .containsExactly(
                        tuple(null, room("a", 1)), tuple(room("a", 1), room("a", 2)), tuple(room("a", 2), null));
    }

    @Test
    void whatWasNotCommittedHasNotHappened() throws Exception {
        createTopic();
        kafka.sendInTransaction(topic, "kept", room("kept", 1), true);
        kafka.sendInTransaction(topic, "aborted", room("aborted", 1), false);

        var view = caughtUp();

        assertThat(view.all()).containsOnlyKeys("kept");
    }

    @Test
    void aRecordThatCannotBeDecodedIsCountedAndSkipped() throws Exception {
        // A compacted one takes no record without a key.
        topic = keeping(new Topic.Keeps.Forever());
        createTopic();
        List<Long> bad = Collections.synchronizedList(new ArrayList<>());
        kafka.sendBytes(topic, "a".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3});
        kafka.sendBytes(topic, null, new byte[] {0, 0, 0, 0, 0});
        kafka.send(topic, "a", room("a", 7));
        var meters = new SimpleMeterRegistry();
        var view = new View<>(topic, registry, kafka.settings(), "test")
                .onBadRecord((record, cause) -> bad.add(record.offset()));
        views.add(view);
        view.bindTo(meters);

        view.start();
        view.caughtUp().get(30, TimeUnit.SECONDS);

        assertThat(view.all()).isEqualTo(Map.of("a", room("a", 7)));
        assertThat(bad).hasSize(2);
        assertThat(meters.get("rollcall.view.bad.records").gauge().value()).isEqualTo(2);
        assertThat(meters.get("rollcall.view.entries").gauge().value()).isEqualTo(1);
    }

    @Test
    void aListenerThatFailsStopsNothing() throws Exception {
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        var view = new View<>(topic, registry, kafka.settings(), "test").onChange(change -> {
            throw new IllegalStateException("the listener's own fault");
        });
        views.add(view);

        view.start();
        view.caughtUp().get(30, TimeUnit.SECONDS);

        assertThat(view.get("a")).isPresent();
    }

    @Test
    void waitsForItsTopic() {
        var view = start();
        await().untilAsserted(() -> assertThat(view.check().reason()).contains("does not exist yet"));
        assertThat(view.check().status()).isEqualTo(Status.DOWN);

        createTopic();

        await().untilAsserted(() -> assertThat(view.check().status()).isEqualTo(Status.UP));
    }

    @Test
    void waitsForTheRegistryAndMissesNothing() throws Exception {
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        registry.away(true);
        var view = start();
        await().untilAsserted(() -> assertThat(view.check().reason()).contains("registry"));

        registry.away(false);

        view.caughtUp().get(30, TimeUnit.SECONDS);
        assertThat(view.get("a")).isPresent();
    }

    @Test
    void startsWithoutABrokerAndOutlivesAnOutage() throws Exception {
        var own = KafkaCluster.own();
        cluster = own;
        kafka = new TestKafka(own.bootstrapServers());
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        own.stop();

        var view = start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(view.check().reason()).isEqualTo("no broker answers"));
        assertThat(view.check().status()).isEqualTo(Status.DOWN);

        own.start();
        view.caughtUp().get(30, TimeUnit.SECONDS);
        assertThat(view.get("a")).contains(room("a", 1));

        own.stop();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(view.check().status()).isEqualTo(Status.DEGRADED));
        assertThat(view.get("a")).contains(room("a", 1));

        own.start();
        kafka.send(topic, "a", room("a", 2));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(view.get("a")).contains(room("a", 2)));
        await().untilAsserted(() -> assertThat(view.check().status()).isEqualTo(Status.UP));
        assertThat(changes).extracting(View.Change::after).containsExactly(room("a", 1), room("a", 2));
    }

    @Test
    void readsAgainWhenItsPositionIsGone() throws Exception {
        var own = KafkaCluster.own();
        cluster = own;
        kafka = new TestKafka(own.bootstrapServers());
        createTopic();
        kafka.send(topic, "old", room("old", 1));
        var view = caughtUp();

        try (Admin admin = Admin.create(kafka.settings().admin("test"))) {
            admin.deleteTopics(Set.of(topic.name())).all().get();
        }
        createTopic();
        kafka.send(topic, "new", room("new", 1));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(view.all()).containsOnlyKeys("new"));
        assertThat(changes).anySatisfy(change -> {
            assertThat(change.key()).isEqualTo("old");
            assertThat(change.after()).isNull();
        });
    }

    @Test
    void beginsWhereTheTopicBegins() throws Exception {
        topic = keeping(new Topic.Keeps.Forever());
        createTopic();
        kafka.send(topic, "cut", room("cut", 1));
        var all = new HashMap<TopicPartition, RecordsToDelete>();
        for (int partition = 0; partition < topic.partitions(); partition++) {
            all.put(new TopicPartition(topic.name(), partition), RecordsToDelete.beforeOffset(-1));
        }
        try (Admin admin = Admin.create(kafka.settings().admin("test"))) {
            admin.deleteRecords(all).all().get();
        }
        kafka.send(topic, "kept", room("kept", 1));

        assertThat(caughtUp().all()).containsOnlyKeys("kept");
    }

    @Test
    void isUpToNowWhenItHoldsWhatIsBeingCommittedToo() throws Exception {
        createTopic();
        kafka.send(topic, "a", room("a", 1));
        var view = caughtUp();
        try (var ends = new TopicEnds(kafka.settings(), "test");
                var writing = kafka.beginTransaction(topic, "b", room("b", 1))) {
            CompletableFuture<Void> upToNow = view.upToNow(ends, PATIENCE);
            kafka.send(topic, "a", room("a", 2));
            await().untilAsserted(() -> assertThat(view.waiting()).isOne());

            writing.commitTransaction();

            upToNow.get(10, TimeUnit.SECONDS);
            assertThat(view.get("b")).contains(room("b", 1));
            view.upToNow(ends, PATIENCE).get(10, TimeUnit.SECONDS);
            assertThat(view.get("a")).contains(room("a", 2));
        }
    }

    @Test
    void whatWasNotCommittedDoesNotKeepItFromBeingUpToNow() throws Exception {
        createTopic();
        var view = caughtUp();
        try (var ends = new TopicEnds(kafka.settings(), "test");
                var writing = kafka.beginTransaction(topic, "b", room("b", 1))) {
            CompletableFuture<Void> upToNow = view.upToNow(ends, PATIENCE);
            await().untilAsserted(() -> assertThat(view.waiting()).isOne());

            writing.abortTransaction();

            upToNow.get(10, TimeUnit.SECONDS);
            assertThat(view.all()).isEmpty();
        }
    }

    @Test
    void nobodyIsLeftWaitingWhenItStandsStill() throws Exception {
        createTopic();
        var view = caughtUp();
        try (var ends = new TopicEnds(kafka.settings(), "test");
                var writing = kafka.beginTransaction(topic, "b", room("b", 1))) {
            CompletableFuture<Void> upToNow = view.upToNow(ends, Duration.ofMillis(300));

            assertThatThrownBy(upToNow::join).hasCauseInstanceOf(TimeoutException.class);

            assertThat(view.waiting()).isZero();
            writing.abortTransaction();
        }
    }

    @Test
    void isNotUpToNowBeforeItHasBeenReadOnce() {
        try (var ends = new TopicEnds(kafka.settings(), "test")) {
            var view = start();
            assertThatThrownBy(() -> view.upToNow(ends, PATIENCE).join())
                    .hasCauseInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void endsAtOnce() throws Exception {
        createTopic();
        var view = caughtUp();

        long before = System.nanoTime();
        view.stop();

        assertThat(view.isRunning()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }
}
