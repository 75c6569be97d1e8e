package io.rollcall.gateway.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.channels.RecordingSubscriber;
import io.rollcall.gateway.channels.SnapshotStream;
import io.rollcall.gateway.channels.Stream;
import io.rollcall.gateway.channels.Subscription;
import io.rollcall.gateway.connections.ManualTimers;
import io.rollcall.gateway.connections.ScheduledTimers;
import io.rollcall.gateway.protocol.JsonEncoding;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How often things are told, and to whom, with a clock that stands still unless a test moves it. */
class LiveStatisticsTest {

    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new IsoInstants()).build();

    private final ManualTimers time = new ManualTimers();
    private final StreamStatistics state = new StreamStatistics();
    private final Source source = new Source();
    private boolean complete = true;
    private boolean broken;
    private final LiveStatistics live = new LiveStatistics(
            state,
            new RecentDecisions(3),
            List.of(source),
            () -> complete,
            JSON,
            time,
            this::now,
            new LiveStatistics.Pace(Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofSeconds(1)));
    private final Ear ear = new Ear();

    private static final class Source implements ReadinessCheck {
        private Readiness readiness = Readiness.up();

        @Override
        public String name() {
            return "source";
        }

        @Override
        public Readiness check() {
            return readiness;
        }
    }

    private static final class Ear implements LiveStatistics.Listener {
        private final List<byte[]> frames = new CopyOnWriteArrayList<>();

        @Override
        public void tell(byte[] frame) {
            frames.add(frame);
        }

        @Override
        public void tellStatistics(byte[] frame) {
            frames.add(frame);
        }

        private List<JsonNode> heard() {
            return frames.stream().map(JSON::readTree).toList();
        }

        private List<String> types() {
            return heard().stream().map(it -> it.path("type").asString()).toList();
        }
    }

    /** Somebody with an SDK. */
    private static final class Reader extends RecordingSubscriber {
        private final Subscription subscription;

        private Reader(SnapshotStream stream) {
            super(new JsonEncoding());
            subscription = new Subscription("feed", this, stream);
            assertThat(stream.join(subscription)).isInstanceOf(Stream.Joining.Joined.class);
            var _ = stream.advance(subscription, 10);
        }

        private void leave() {
            subscription.stream().leave(subscription);
        }

        private List<String> types() {
            return got().stream()
                    .map(it -> JSON.readTree(it)
                            .path("push")
                            .path("pub")
                            .path("data")
                            .path("type")
                            .asString())
                    .toList();
        }
    }

    @BeforeEach
    void start() {
        live.start();
    }

    private Instant now() {
        if (broken) {
            throw new IllegalStateException("broken by the test");
        }
        return time.instant();
    }

    private void join(Ear who, Set<String> sources) {
        live.join(who, sources);
        time.pass(Duration.ZERO);
    }

    private void uses(String agency, @Nullable Integer before, int after) {
        state.agencyChanged(agency, usage(agency, after));
        live.agencyChanged(new View.Change<>(
                agency, before == null ? null : usage(agency, before), usage(agency, after), 0, 0, 0));
    }

    private static AgencyUsage usage(String agency, int current) {
        return AgencyUsage.newBuilder()
                .setSource(agency)
                .setCurrent(current)
                .setLimit(1_000)
                .build();
    }

    private void refused(String agency) {
        live.quotaEvent(
                QuotaEvent.newBuilder()
                        .setType(QuotaEventType.LEASE_REFUSED)
                        .setAgency(agency)
                        .setReason("AGENCY_LIMIT_EXCEEDED")
                        .setUsageAfter(9)
                        .setLimit(9)
                        .build(),
                false);
    }

    @Test
    void theStatisticsComeAtOnceAndEveryFiveSeconds() {
        join(ear, Set.of());
        assertThat(ear.types()).containsExactly("STREAM_STATS");

        time.pass(Duration.ofMillis(4_999));
        assertThat(ear.types()).hasSize(1);
        time.pass(Duration.ofMillis(1));
        assertThat(ear.types()).containsExactly("STREAM_STATS", "STREAM_STATS");
        time.pass(Duration.ofSeconds(5));

        assertThat(ear.heard().get(2).path("timestamp").asString()).isEqualTo("2026-11-24T10:00:10.000Z");
        assertThat(ear.heard().get(2).path("data").path("timestamp").asString()).isEqualTo("2026-11-24T10:00:10.000Z");
    }

    @Test
    void anAgencyIsToldOfTenTimesASecondAtMostAndItsLastValueAlways() {
        join(ear, Set.of());
        for (int i = 0; i < 1_000; i++) {
            uses("METRO", i, i + 1);
            time.pass(Duration.ofMillis(1));
        }
        time.pass(Duration.ofMillis(100));

        List<Integer> told = ear.heard().stream()
                .filter(it -> it.path("type").asString().equals("AGENCY_LIMIT_UPDATE"))
                .map(it -> it.path("data").path("current").asInt())
                .toList();
        assertThat(told).hasSize(11).startsWith(1, 100).endsWith(1_000).isSorted();
    }

    @Test
    void agenciesDoNotWaitForEachOther() {
        join(ear, Set.of());

        uses("METRO", 0, 1);
        uses("BUS", 0, 1);

        assertThat(ear.types()).containsExactly("STREAM_STATS", "AGENCY_LIMIT_UPDATE", "AGENCY_LIMIT_UPDATE");
    }

    @Test
    void whoHearsTheSameIsGivenTheSameBytes() {
        var second = new Ear();
        var narrow = new Ear();
        join(ear, Set.of());
        join(second, Set.of());
        join(narrow, Set.of("METRO"));
        uses("METRO", 0, 1);
        uses("BUS", 0, 1);
        time.pass(Duration.ofSeconds(5));

        assertThat(second.frames).hasSameSizeAs(ear.frames);
        for (int i = 0; i < ear.frames.size(); i++) {
            assertThat(second.frames.get(i)).isSameAs(ear.frames.get(i));
        }
        assertThat(narrow.types()).containsExactly("STREAM_STATS", "AGENCY_LIMIT_UPDATE", "STREAM_STATS");
        assertThat(narrow.frames.get(1)).isSameAs(ear.frames.get(1));
        assertThat(narrow.heard().getLast().path("data").path("source_stats").propertyNames())
                .containsExactly("METRO");
    }

    @Test
    void whoJoinsLaterHearsOfWhatHasChangedMeanwhile() {
        join(ear, Set.of());
        uses("METRO", 0, 7);
        var second = new Ear();

        join(second, Set.of());

        assertThat(second.heard().getFirst().path("data").path("active_streams").asInt())
                .isEqualTo(7);
    }

    @Test
    void whoComesTogetherIsWelcomedWithOneDocumentThoughMoreHappensMeanwhile() {
        var meanwhile = new LiveStatistics.Listener() {
            private byte[] frame = {};

            @Override
            public void tell(byte[] told) {}

            @Override
            public void tellStatistics(byte[] told) {
                frame = told;
                state.agencyChanged("METRO", usage("METRO", 1));
            }
        };
        live.join(meanwhile, Set.of());
        join(ear, Set.of());

        assertThat(ear.frames).hasSize(1);
        assertThat(ear.frames.getFirst()).isSameAs(meanwhile.frame);
    }

    @Test
    void subscribersAreGreetedWithTheSameForAsLongAsNothingChanges() {
        uses("METRO", 0, 1);
        var first = new Reader(live.feed(Set.of(), true));
        time.pass(Duration.ofSeconds(1));
        var second = new Reader(live.feed(Set.of(), true));
        time.pass(Duration.ofSeconds(1));
        uses("METRO", 1, 2);
        var third = new Reader(live.feed(Set.of(), true));
        time.pass(Duration.ZERO);

        assertThat(second.types()).startsWith("STREAM_STATS", "CAMERA_STATUSES");
        assertThat(second.got().subList(0, 2)).isEqualTo(first.got().subList(0, 2));
        assertThat(third.got().get(0)).isNotEqualTo(first.got().get(0));
        assertThat(third.got().get(1)).isNotEqualTo(first.got().get(1));
    }

    @Test
    void whoHasLeftHearsNothing() {
        join(ear, Set.of());
        live.leave(ear, Set.of());
        time.pass(Duration.ZERO);
        uses("METRO", 0, 1);
        time.pass(Duration.ofSeconds(10));

        assertThat(ear.types()).hasSize(1);
    }

    @Test
    void refusalsAreOneAlertASecond() {
        join(ear, Set.of());
        for (int i = 0; i < 25; i++) {
            refused("METRO");
            time.pass(Duration.ofMillis(100));
        }
        time.pass(Duration.ofSeconds(1));

        assertThat(ear.heard())
                .filteredOn(it -> it.path("type").asString().equals("ALERT"))
                .extracting(it -> it.path("data").path("message").asString())
                .containsExactly(
                        "Agency limit reached for METRO (9/9)",
                        "Agency limit reached for METRO (9/9), 9 requests refused",
                        "Agency limit reached for METRO (9/9), 10 requests refused",
                        "Agency limit reached for METRO (9/9), 5 requests refused");
    }

    @Test
    void nothingIsNewsBeforeEverythingIsRead() {
        complete = false;
        join(ear, Set.of());
        uses("METRO", null, 990);
        refused("METRO");
        complete = true;
        time.pass(Duration.ofSeconds(2));

        assertThat(ear.types()).containsExactly("STREAM_STATS");
    }

    @Test
    void thatNothingMovesIsSaidOnceAndSoIsItsEnd() {
        join(ear, Set.of("METRO"));
        source.readiness = Readiness.degraded("no broker answers");
        time.pass(Duration.ofSeconds(10));
        var late = new Ear();
        join(late, Set.of());
        source.readiness = Readiness.up();
        time.pass(Duration.ofSeconds(10));

        assertThat(alerts(ear))
                .containsExactly(
                        "SYSTEM_ERROR CRITICAL The statistics are not up to date: no broker answers",
                        "SYSTEM_ERROR LOW The statistics are up to date again");
        assertThat(alerts(late)).isEqualTo(alerts(ear));
        assertThat(late.types()).startsWith("STREAM_STATS", "ALERT");
    }

    @Test
    void aSubscriberWhoComesDuringAnOutageIsToldOfItToo() {
        var early = new Reader(live.feed(Set.of(), true));
        time.pass(Duration.ZERO);
        source.readiness = Readiness.degraded("no broker answers");
        time.pass(Duration.ofSeconds(5));

        var late = new Reader(live.feed(Set.of(), true));
        var ofNobody = new Reader(live.feed(Set.of("NOBODY"), true));
        time.pass(Duration.ZERO);

        assertThat(early.types()).containsExactly("STREAM_STATS", "CAMERA_STATUSES", "ALERT", "STREAM_STATS");
        assertThat(late.types()).containsExactly("STREAM_STATS", "CAMERA_STATUSES", "ALERT");
        assertThat(ofNobody.types()).containsExactly("ALERT");
    }

    @Test
    void whatHappensBeforeASubscriberIsGreetedIsToldRightAfterThat() {
        var early = new Reader(live.feed(Set.of("METRO"), true));
        uses("METRO", 790, 800);
        var late = new Reader(live.feed(Set.of("METRO"), true));
        refused("METRO");
        time.pass(Duration.ZERO);

        assertThat(early.types()).containsExactly("STREAM_STATS", "CAMERA_STATUSES", "ALERT", "DECISION", "ALERT");
        assertThat(late.types()).containsExactly("STREAM_STATS", "CAMERA_STATUSES", "DECISION", "ALERT");
        uses("METRO", 800, 801);
        time.pass(Duration.ofMillis(100));
        assertThat(late.types()).endsWith("ALERT", "AGENCY_LIMIT_UPDATE");
    }

    @Test
    void whoCannotBeGreetedIsToldToComeAgainAndIsGreetedThen() {
        var unlucky = new Reader(live.feed(Set.of(), true));
        var listener = new Ear();
        live.join(listener, Set.of());
        broken = true;
        for (int greeting = 0; greeting < 2; greeting++) {
            assertThatThrownBy(() -> time.pass(Duration.ZERO)).hasMessage("broken by the test");
        }
        broken = false;
        uses("METRO", 790, 800);
        var again = new Reader(live.feed(Set.of(), true));
        time.pass(Duration.ofSeconds(5));

        assertThat(unlucky.isInterrupted()).isTrue();
        assertThat(unlucky.got()).isEmpty();
        assertThat(again.types()).containsExactly("STREAM_STATS", "CAMERA_STATUSES", "STREAM_STATS");
        assertThat(listener.types()).containsExactly("AGENCY_LIMIT_UPDATE", "ALERT", "STREAM_STATS");
    }

    @Test
    void whoHasGoneBeforeBeingWelcomedIsNotKept() {
        live.join(ear, Set.of());
        live.leave(ear, Set.of());
        time.pass(Duration.ZERO);
        int told = ear.frames.size();
        uses("METRO", 0, 1);
        time.pass(Duration.ofSeconds(5));

        assertThat(ear.frames).hasSize(told);
    }

    @Test
    void nobodyWhoComesOrGoesWaitsForWhatTakesLong() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        var slow = new ReadinessCheck() {
            @Override
            public String name() {
                return "slow";
            }

            @Override
            public Readiness check() {
                begun.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Readiness.up();
            }
        };
        try (var thread = new ScheduledTimers("statistics")) {
            var busy = new LiveStatistics(
                    state,
                    new RecentDecisions(3),
                    List.of(slow),
                    () -> true,
                    JSON,
                    thread,
                    time,
                    new LiveStatistics.Pace(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(1)));
            busy.start();
            begun.await();

            Reader reader;
            try {
                reader = CompletableFuture.supplyAsync(() -> comesAndGoes(busy))
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join();
                assertThat(ear.frames).isEmpty();
            } finally {
                over.countDown();
            }
            await().until(() -> !ear.frames.isEmpty() && !reader.got().isEmpty());
            busy.stop();
        }
    }

    /** All that the threads of clients do. */
    private Reader comesAndGoes(LiveStatistics busy) {
        var gone = new Ear();
        busy.join(ear, Set.of());
        busy.join(gone, Set.of());
        busy.leave(gone, Set.of());
        var reader = new Reader(busy.feed(Set.of(), true));
        var leaving = new Reader(busy.feed(Set.of("METRO"), true));
        leaving.leave();
        busy.released(Set.of("METRO"));
        var watcher = new Reader(busy.cameraFeed("c-1", true));
        watcher.leave();
        busy.cameraReleased("c-1");
        assertThat(busy.agencyOf("c-1")).isEmpty();
        return reader;
    }

    private static List<String> alerts(Ear ear) {
        return ear.heard().stream()
                .filter(it -> it.path("type").asString().equals("ALERT"))
                .map(it -> it.path("data"))
                .map(it -> it.path("alert_type").asString() + " "
                        + it.path("severity").asString() + " "
                        + it.path("message").asString())
                .toList();
    }
}
