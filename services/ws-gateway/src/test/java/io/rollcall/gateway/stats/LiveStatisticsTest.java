package io.rollcall.gateway.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.connections.ManualTimers;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    private final LiveStatistics live = new LiveStatistics(
            state,
            new RecentDecisions(3),
            List.of(source),
            () -> complete,
            JSON,
            time,
            time,
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
        private final List<byte[]> frames = new ArrayList<>();

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

    @BeforeEach
    void start() {
        live.start();
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
        live.join(ear, Set.of());
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
        live.join(ear, Set.of());
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
        live.join(ear, Set.of());

        uses("METRO", 0, 1);
        uses("BUS", 0, 1);

        assertThat(ear.types()).containsExactly("STREAM_STATS", "AGENCY_LIMIT_UPDATE", "AGENCY_LIMIT_UPDATE");
    }

    @Test
    void whoHearsTheSameIsGivenTheSameBytes() {
        var second = new Ear();
        var narrow = new Ear();
        live.join(ear, Set.of());
        live.join(second, Set.of());
        live.join(narrow, Set.of("METRO"));
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
        live.join(ear, Set.of());
        uses("METRO", 0, 7);
        var second = new Ear();

        live.join(second, Set.of());

        assertThat(second.heard().getFirst().path("data").path("active_streams").asInt())
                .isEqualTo(7);
    }

    @Test
    void whoHasLeftHearsNothing() {
        live.join(ear, Set.of());
        live.leave(ear, Set.of());
        uses("METRO", 0, 1);
        time.pass(Duration.ofSeconds(10));

        assertThat(ear.types()).hasSize(1);
    }

    @Test
    void refusalsAreOneAlertASecond() {
        live.join(ear, Set.of());
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
        live.join(ear, Set.of());
        uses("METRO", null, 990);
        refused("METRO");
        complete = true;
        time.pass(Duration.ofSeconds(2));

        assertThat(ear.types()).containsExactly("STREAM_STATS");
    }

    @Test
    void thatNothingMovesIsSaidOnceAndSoIsItsEnd() {
        live.join(ear, Set.of("METRO"));
        source.readiness = Readiness.degraded("no broker answers");
        time.pass(Duration.ofSeconds(10));
        var late = new Ear();
        live.join(late, Set.of());
        source.readiness = Readiness.up();
        time.pass(Duration.ofSeconds(10));

        assertThat(alerts(ear))
                .containsExactly(
                        "SYSTEM_ERROR CRITICAL The statistics are not up to date: no broker answers",
                        "SYSTEM_ERROR LOW The statistics are up to date again");
        assertThat(alerts(late)).isEqualTo(alerts(ear));
        assertThat(late.types()).startsWith("STREAM_STATS", "ALERT");
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
