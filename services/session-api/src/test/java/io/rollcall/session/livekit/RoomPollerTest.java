package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.auth0.jwt.JWT;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ObservedPresence;
import io.rollcall.session.livekit.FakeLivekit.Asked;
import io.rollcall.session.livekit.FakeLivekit.Reply;
import io.rollcall.session.livekit.domain.Attendance;
import io.rollcall.session.livekit.domain.Finding;
import io.rollcall.session.livekit.domain.Listing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsResponse;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Pollers on a real broker, before a small server that says it is LiveKit. */
class RoomPollerTest {

    private static KafkaCluster.Own broker;
    private static KafkaSettings kafka;

    private final List<Room> rooms = new CopyOnWriteArrayList<>();
    private FakeLivekit livekit;
    private ObservationLog log;

    @BeforeAll
    static void startKafka() {
        broker = KafkaCluster.own();
        broker.createTopics(List.of(
                Topics.LIVEKIT_OBSERVATIONS, Topics.RECONCILE_REQUESTS, Topics.deadLetters(Service.SESSION_API)));
        kafka = PollerFixture.kafka(broker.bootstrapServers());
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @AfterAll
    static void stopKafka() {
        Awaitility.reset();
        broker.close();
    }

    @BeforeEach
    void start() throws IOException {
        livekit = new FakeLivekit();
        livekit.on("ListRooms", _ -> list());
        livekit.on("ListParticipants", asked -> {
            String room = ListParticipantsRequest.parseFrom(asked.body().toByteArray())
                    .getRoom();
            return Reply.message(ListParticipantsResponse.newBuilder()
                    .addParticipants(ParticipantInfo.newBuilder()
                            .setSid("PA_in_" + room)
                            .setIdentity("u-1")
                            .setState(ParticipantInfo.State.ACTIVE)
                            .setJoinedAtMs(1_795_000_000_123L)
                            .setPermission(ParticipantPermission.newBuilder().setCanPublish(true))
                            .putAttributes("agency", "ag3"))
                    .build());
        });
        log = new ObservationLog(kafka);
    }

    @AfterEach
    void stop() {
        log.close();
        livekit.close();
    }

    @Test
    void tellsWhatItFinds() {
        list("known", "RM_known", 1);
        list("unknown", "RM_unknown", 1);
        try (var poller = PollerFixture.start("a", kafka, livekit.url())) {
            poller.open("known", "RM_known", 1);
            poller.open("gone", "RM_gone", 1);
            await().until(() -> log.of("gone").size() >= 2 && !log.of("unknown").isEmpty());

            LivekitObservation unknown = log.of("unknown").getFirst();
            assertThat(unknown.getPresence()).isEqualTo(ObservedPresence.PRESENT);
            assertThat(unknown.getRoomSid()).isEqualTo("RM_unknown");
            assertThat(unknown.getRoom().getCreationTime()).isEqualTo(Instant.ofEpochMilli(1_795_000_000_000L));
            assertThat(unknown.getParticipants())
                    .singleElement()
                    .satisfies(it -> assertThat(it.getParticipantSid()).isEqualTo("PA_in_unknown"))
                    .satisfies(it -> assertThat(it.getState()).isEqualTo("ACTIVE"))
                    .satisfies(it -> assertThat(it.getCanPublish()).isTrue())
                    .satisfies(it -> assertThat(it.getAttributes()).isEqualTo(Map.of("agency", "ag3")));
            List<LivekitObservation> gone = log.of("gone");
            assertThat(gone).extracting(LivekitObservation::getPresence).containsOnly(ObservedPresence.ABSENT);
            assertThat(gone.get(0).getRoomSid()).isEqualTo("RM_gone");
            assertThat(gone.get(0).getPollId())
                    .isEqualTo(unknown.getPollId())
                    .isNotEqualTo(gone.get(1).getPollId());
            assertThat(gone.get(1).getObservedAt()).isAfter(gone.get(0).getObservedAt());
            assertThat(poller.meters.get("livekit.rooms.listed").gauge().value())
                    .isEqualTo(2);
            assertThat(livekit.asked("ListParticipants"))
                    .extracting(RoomPollerTest::roomOf)
                    .doesNotContain("gone");
        }
    }

    @Test
    void anErrorMeansUnknown() {
        livekit.on("ListRooms", _ -> Reply.twirp(503, "unavailable"));
        try (var poller = PollerFixture.start("a", kafka, livekit.url())) {
            poller.open("somebody in it", "RM_1", 1);
            await().until(() -> poller.errors() >= 3);
            assertThat(log.all()).isEmpty();

            livekit.on("ListRooms", _ -> list());

            await().until(() -> !log.of("somebody in it").isEmpty());
        }
    }

    @Test
    void aRoomForWhichNoNodeAnswersIsUnreachableAndThenAZombie() {
        list("zombie", "RM_zombie", 1);
        livekit.on("ListParticipants", _ -> Reply.twirp(503, "unavailable"));
        try (var poller = PollerFixture.start("a", kafka, livekit.url())) {
            await().until(() ->
                    poller.meters.get("livekit.rooms.zombies").gauge().value() == 1);

            assertThat(log.of("zombie"))
                    .extracting(LivekitObservation::getPresence)
                    .hasSizeGreaterThanOrEqualTo(3)
                    .containsOnly(ObservedPresence.UNREACHABLE);
        }
    }

    @Test
    void requestsAreAnsweredOnceAlsoByWhoeverTakesOver() throws Exception {
        list("suspect", "RM_suspect", 1);
        try (var poller = PollerFixture.start("a", kafka, livekit.url())) {
            poller.open("suspect", "RM_suspect", 1);
            await().until(poller::leads);
            log.request("suspect", "RM_suspect");
            log.request("long gone", "RM_long_gone");
            log.send("poison", "no record at all".getBytes(UTF_8));

            await().until(() ->
                    log.of("suspect").size() >= 3 && log.of("long gone").size() >= 3);
            assertThat(log.of("long gone"))
                    .extracting(LivekitObservation::getPresence)
                    .containsOnly(ObservedPresence.ABSENT);
        }
        int before = log.of("long gone").size();
        try (var next = PollerFixture.start("b", kafka, livekit.url())) {
            next.open("marker", "RM_marker", 1);
            await().until(() -> log.of("marker").size() >= 3);

            assertThat(log.of("long gone")).hasSize(before);
        }
        try (var admin = Admin.create(kafka.admin("test"))) {
            var deadLetters =
                    new TopicPartition(Topics.deadLetters(Service.SESSION_API).name(), 0);
            assertThat(admin.listOffsets(Map.of(deadLetters, OffsetSpec.latest()))
                            .partitionResult(deadLetters)
                            .get()
                            .offset())
                    .as("the poison and the marker of its transaction")
                    .isEqualTo(2);
        }
    }

    @Test
    void onePollsAndAnotherTakesOver() {
        try (var first = PollerFixture.start("a", kafka, livekit.url())) {
            await().until(first::leads);
            try (var second = PollerFixture.start("b", kafka, livekit.url())) {
                await().until(() -> members() == 2);
                int polls = polls("a");
                await().until(() -> polls("a") > polls + 3);
                assertThat(second.leads()).isFalse();
                assertThat(polls("b")).isZero();

                first.stop();

                await().until(second::leads);
                await().until(() -> polls("b") > 2);
                assertThat(first.leads()).isFalse();
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whoWasPausedOrKilledIsReplacedWithinSecondsAndWritesNothingAnyMore() throws Exception {
        var held = new Semaphore(0);
        var asked = new CountDownLatch(1);
        livekit.on("ListRooms", request -> {
            if (issuer(request).equals("paused")) {
                asked.countDown();
                held.acquire();
            }
            return list();
        });
        Process paused = process("paused");
        try {
            asked.await();
            signal(paused, "STOP");
            // What it was told is stale by the time it wakes up.
            held.release();
            try (var next = PollerFixture.start("next", kafka, livekit.url())) {
                next.open("marker", "RM_marker", 1);
                await().until(next::leads);
                await().until(() -> !log.of("marker").isEmpty());

                signal(paused, "CONT");

                // It has found out when it is a member again, without the partitions.
                await().until(() -> members() == 2);
                int soFar = log.of("marker").size();
                await().until(() -> log.of("marker").size() > soFar + 3);
                assertThat(log.of("stale")).isEmpty();
                assertThat(next.leads()).isTrue();
            }
            held.release(1_000);
            await().until(() -> !log.of("stale").isEmpty());
            paused.destroyForcibly().waitFor();
            try (var last = PollerFixture.start("last", kafka, livekit.url())) {
                await().until(last::leads);
            }
        } finally {
            paused.destroyForcibly();
        }
    }

    @Test
    void whoHasLostTheIdOrLeftTheGroupWritesNothing() {
        var serde = new AvroSerde<>(Topics.LIVEKIT_OBSERVATIONS, new FixedRegistry());
        List<LivekitObservation> found = List.of(ObservationMapper.observation(
                "id", "poll", Instant.ofEpochSecond(1_795_000_000L), new Finding.Absent("guarded", "RM_1")));
        Map<TopicPartition, OffsetAndMetadata> positions =
                Map.of(new TopicPartition(Topics.RECONCILE_REQUESTS.name(), 0), new OffsetAndMetadata(0));
        Map<String, Object> settings = new HashMap<>(kafka.reader("guarded"));
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "guarded");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (var member = new KafkaConsumer<byte[], byte[]>(settings);
                var former = new ObservationWriter(kafka.producer("former"), "id-of-two", serde);
                var writer = new ObservationWriter(kafka.producer("writer"), "id-of-one", serde)) {
            member.subscribe(List.of(Topics.RECONCILE_REQUESTS.name()));
            await().until(() -> {
                member.poll(Duration.ofMillis(50));
                return !member.assignment().isEmpty();
            });
            writer.write(found, List.of(), positions, member.groupMetadata());
            await().until(() -> log.of("guarded").size() == 1);
            try (var _ = new ObservationWriter(kafka.producer("next"), "id-of-two", serde)) {
                assertThatThrownBy(() -> former.write(found, List.of(), positions, member.groupMetadata()))
                        .isInstanceOf(KafkaException.class);
            }
            ConsumerGroupMetadata ofTheGroup = member.groupMetadata();
            member.unsubscribe();

            assertThatThrownBy(() -> writer.write(found, List.of(), positions, ofTheGroup))
                    .isInstanceOf(KafkaException.class);
        }
        list("marker", "RM_marker", 1);
        try (var _ = PollerFixture.start("a", kafka, livekit.url())) {
            await().until(() -> !log.of("marker").isEmpty());
        }
        assertThat(log.of("guarded")).hasSize(1);
    }

    @Test
    void ownersOfRoomsAreAskedAndTold() {
        list("mine", "RM_mine", 1);
        var owner = new Owner();
        try (var poller = PollerFixture.start("a", kafka, livekit.url(), owner)) {
            poller.open("mine", "RM_mine", 1);
            await().until(() -> owner.polled.size() > 3);

            assertThat(owner.settled).isEmpty();
            assertThat(owner.polled)
                    .allSatisfy(it -> assertThat(it.keySet()).containsExactly("mine"))
                    .allSatisfy(it -> assertThat(it.get("mine"))
                            .isInstanceOfSatisfying(
                                    Attendance.Present.class,
                                    present -> assertThat(present.people()).isEqualTo(1)));
        }
    }

    @Test
    void whereNobodyLooksIntoRoomsTheirOwnersAreToldOfThemAndRequestsArePassedBy() throws Exception {
        list("mine", "RM_mine", 1);
        var owner = new Owner();
        try (var poller = PollerFixture.startListing("a", kafka, livekit.url(), owner)) {
            poller.open("gone", "RM_gone", 1);
            log.request("asked for", "RM_asked_for");

            await().until(() -> owner.settled.size() > 3);
            await().until(() -> requestsLeft() == 0);

            assertThat(owner.settled).allSatisfy(it -> assertThat(it.rooms()).containsOnlyKeys("mine"));
            assertThat(owner.polled).isEmpty();
            assertThat(livekit.asked("ListParticipants")).isEmpty();
        }
        try (var next = PollerFixture.start("b", kafka, livekit.url())) {
            next.open("marker", "RM_marker", 1);
            await().until(() -> log.of("marker").size() >= 3);

            assertThat(log.of("gone")).isEmpty();
            assertThat(log.of("asked for")).isEmpty();
        }
    }

    /** Has doubts about a room, and troubles of its own. */
    private static final class Owner implements RoomOwner {

        private final List<Map<String, Attendance>> polled = new CopyOnWriteArrayList<>();
        private final List<Listing> settled = new CopyOnWriteArrayList<>();

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public Set<String> doubts(Listing listing) {
            return Set.of("mine", "not listed");
        }

        @Override
        public CompletableFuture<?> polled(Listing listing, Map<String, Attendance> attendances) {
            polled.add(attendances);
            return trouble();
        }

        @Override
        public CompletableFuture<?> settle(Listing listing) {
            settled.add(listing);
            return trouble();
        }

        private static CompletableFuture<?> trouble() {
            return CompletableFuture.failedFuture(new IllegalStateException("an owner's own trouble"));
        }
    }

    private void list(String name, String sid, int numParticipants) {
        rooms.add(Room.newBuilder()
                .setName(name)
                .setSid(sid)
                .setCreationTimeMs(1_795_000_000_000L)
                .setNumParticipants(numParticipants)
                .build());
    }

    private Reply list() {
        return Reply.message(ListRoomsResponse.newBuilder().addAllRooms(rooms).build());
    }

    private int polls(String instance) {
        return (int) livekit.asked("ListRooms").stream()
                .filter(asked -> issuer(asked).equals(instance))
                .count();
    }

    private static String issuer(Asked asked) {
        return JWT.decode(asked.authorization().substring("Bearer ".length())).getIssuer();
    }

    private static String roomOf(Asked asked) {
        try {
            return ListParticipantsRequest.parseFrom(asked.body().toByteArray()).getRoom();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int members() throws Exception {
        try (var admin = Admin.create(kafka.admin("test"))) {
            var group = admin.describeConsumerGroups(List.of(RoomPoller.GROUP))
                    .describedGroups()
                    .get(RoomPoller.GROUP);
            return Objects.requireNonNull(group).get().members().size();
        }
    }

    private static long requestsLeft() throws Exception {
        try (var admin = Admin.create(kafka.admin("test"))) {
            Map<TopicPartition, OffsetAndMetadata> answered = admin.listConsumerGroupOffsets(RoomPoller.GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            for (int partition = 0; partition < Topics.RECONCILE_REQUESTS.partitions(); partition++) {
                ends.put(new TopicPartition(Topics.RECONCILE_REQUESTS.name(), partition), OffsetSpec.latest());
            }
            return admin.listOffsets(ends).all().get().entrySet().stream()
                    .mapToLong(end -> {
                        OffsetAndMetadata it = answered.get(end.getKey());
                        return end.getValue().offset() - (it == null ? 0 : it.offset());
                    })
                    .sum();
        }
    }

    /** An instance of its own, which believes that there is a room called "stale". */
    private Process process(String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PollerFixture.class.getName(),
                        name,
                        broker.bootstrapServers(),
                        livekit.url().toString(),
                        "stale")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void signal(Process process, String signal) throws Exception {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }
}
