package io.rollcall.kit.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.statistics.StreamStats.CameraStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Track;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamStatisticsTest {

    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Instant EARLY = NOW.minusSeconds(60);

    private final StreamStatistics statistics = new StreamStatistics();

    private StreamStats now(String... sources) {
        return statistics.picture().about(Set.of(sources), NOW);
    }

    @Test
    void anAgencyIsThereFromItsFirstLimitOn() {
        statistics.agencyChanged("METRO", usage("METRO", 0, null, 0));
        statistics.agencyChanged("BUS", usage("BUS", 7, 20, 3));

        assertThat(now().sourceStats()).isEqualTo(Map.of("BUS", new SourceStats("BUS", 7, 20, 35.0, 3)));
        assertThat(now().activeStreams()).isEqualTo(7);
        assertThat(now().timestamp()).isEqualTo(NOW);
        assertThat(statistics.source("METRO")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 33.3", "2, 3, 66.7", "50, 50, 100.0", "60, 50, 120.0", "5, 0, 0.0", "0, 5, 0.0"})
    void aPercentageHasOneDecimal(int current, int limit, double percent) {
        assertThat(UsagePercent.of(current, limit)).isEqualTo(percent);
    }

    @Test
    void aThresholdIsReachedToTheSlot() {
        assertThat(UsagePercent.of(7_999, 10_000)).isEqualTo(80.0);
        assertThat(UsagePercent.reaches(80, 7_999, 10_000)).isFalse();
        assertThat(UsagePercent.reaches(80, 8_000, 10_000)).isTrue();
        assertThat(UsagePercent.reaches(80, 5, 0)).isFalse();
    }

    @Test
    void aCameraIsThereWhileItIsReserved() {
        statistics.cameraChanged("c-1", camera("c-1", "METRO"));
        assertThat(now().cameraStats()).isEmpty();
        CameraUsage reserved = reserved("METRO", "c-1", EARLY);

        statistics.usageChanged(null, reserved);

        assertThat(now().cameraStats()).containsExactly(new CameraStats("c-1", "Camera c-1", 0, "METRO", EARLY));
        statistics.usageChanged(reserved, null);
        assertThat(now().cameraStats()).isEmpty();
        assertThat(statistics.reserved("c-1")).isNull();
    }

    @Test
    void aCameraThatHasMovedIsThereOnceWithItsEarliestReservation() {
        statistics.cameraChanged("c-1", camera("c-1", "BUS"));
        statistics.usageChanged(null, reserved("METRO", "c-1", EARLY));
        statistics.usageChanged(null, reserved("BUS", "c-1", NOW));

        assertThat(now().cameraStats()).containsExactly(new CameraStats("c-1", "Camera c-1", 0, "BUS", EARLY));
        assertThat(now("METRO").cameraStats()).containsExactly(new CameraStats("c-1", "Camera c-1", 0, "METRO", EARLY));
    }

    @Test
    void aCameraThatNobodyKnowsGoesByItsId() {
        statistics.usageChanged(null, reserved("METRO", "gone", EARLY));

        assertThat(now().cameraStats()).containsExactly(new CameraStats("gone", "gone", 0, "METRO", EARLY));
    }

    @Test
    void viewersAreThePeopleInTheRoomsOfCamerasWhoSendNothing() {
        statistics.cameraChanged("c-1", camera("c-1", "METRO"));
        statistics.usageChanged(null, reserved("METRO", "c-1", EARLY));
        Participant ann = person("camera_c-1", "ann");

        statistics.participantChanged(null, ann);
        statistics.participantChanged(null, person("camera_c-1", "ben"));
        statistics.participantChanged(
                null, Participant.newBuilder(ann).setPerson(false).build());
        statistics.participantChanged(null, sending(person("camera_c-1", "relay")));
        statistics.participantChanged(null, person("camera_other", "cid"));
        statistics.participantChanged(null, person("meeting", "dan"));

        assertThat(now().totalViewers()).isEqualTo(2);
        assertThat(now().cameraStats().getFirst().viewerCount()).isEqualTo(2);
        statistics.participantChanged(ann, null);
        assertThat(now().totalViewers()).isEqualTo(1);
    }

    @Test
    void whoMayPublishIsNoViewerEvenWhileItSendsNothing() {
        statistics.cameraChanged("c-1", camera("c-1", "METRO"));
        Participant relay = person("camera_c-1", "relay");
        Participant allowed = Participant.newBuilder(relay).setCanPublish(true).build();

        statistics.participantChanged(null, allowed);
        assertThat(now().totalViewers()).isZero();
        statistics.participantChanged(allowed, relay);
        assertThat(now().totalViewers()).isEqualTo(1);
        statistics.participantChanged(relay, allowed);

        assertThat(now().totalViewers()).isZero();
    }

    @Test
    void whoBeginsToSendIsAViewerNoMore() {
        statistics.cameraChanged("c-1", camera("c-1", "METRO"));
        Participant ann = person("camera_c-1", "ann");
        statistics.participantChanged(null, ann);

        statistics.participantChanged(ann, sending(ann));

        assertThat(now().totalViewers()).isZero();
        assertThat(statistics.viewers("c-1")).isZero();
    }

    @Test
    void narrowedItIsAboutTheseAgenciesOnly() {
        statistics.agencyChanged("METRO", usage("METRO", 1, 30, 1));
        statistics.agencyChanged("BUS", usage("BUS", 2, 20, 1));
        statistics.agencyChanged("OTHER", usage("OTHER", 4, 20, 0));
        statistics.cameraChanged("c-1", camera("c-1", "METRO"));
        statistics.cameraChanged("c-2", camera("c-2", "BUS"));
        statistics.usageChanged(null, reserved("METRO", "c-1", EARLY));
        statistics.usageChanged(null, reserved("BUS", "c-2", EARLY));
        statistics.participantChanged(null, person("camera_c-1", "ann"));
        statistics.participantChanged(null, person("camera_c-2", "ben"));

        StreamStats metro = now("METRO");
        StreamStats two = now("METRO", "OTHER");

        assertThat(metro.sourceStats()).containsOnlyKeys("METRO");
        assertThat(metro.cameraStats()).extracting(CameraStats::cameraId).containsExactly("c-1");
        assertThat(metro.activeStreams()).isEqualTo(1);
        assertThat(metro.totalViewers()).isEqualTo(1);
        assertThat(two.sourceStats()).containsOnlyKeys("METRO", "OTHER");
        assertThat(two.activeStreams()).isEqualTo(5);
        assertThat(now("NOBODY").sourceStats()).isEmpty();
    }

    @Test
    void aPictureStaysAsItWas() {
        statistics.agencyChanged("METRO", usage("METRO", 1, 30, 1));
        statistics.usageChanged(null, reserved("METRO", "c-1", EARLY));
        StreamPicture before = statistics.picture();
        StreamStats told = before.about(Set.of("METRO"), NOW);

        statistics.agencyChanged("METRO", usage("METRO", 2, 30, 2));
        statistics.usageChanged(reserved("METRO", "c-1", EARLY), null);
        statistics.participantChanged(null, person("camera_c-1", "ann"));

        assertThat(before.about(Set.of("METRO"), NOW)).isEqualTo(told);
        assertThat(before.version()).isLessThan(statistics.picture().version());
    }

    @Test
    void anAgencyWithoutALimitIsNotKnown() {
        statistics.agencyChanged("METRO", usage("METRO", 0, null, 0));
        statistics.agencyChanged("BUS", usage("BUS", 0, 0, 0));

        assertThat(statistics.picture().knowsAny(Set.of("METRO", "NOBODY"))).isFalse();
        assertThat(statistics.picture().knowsAny(Set.of("METRO", "BUS"))).isTrue();
    }

    @Test
    void theVersionGrowsWithWhatIsToldOnly() {
        long before = statistics.version();
        statistics.participantChanged(null, person("meeting", "dan"));
        assertThat(statistics.version()).isEqualTo(before);

        statistics.agencyChanged("BUS", usage("BUS", 2, 20, 1));

        assertThat(statistics.version()).isGreaterThan(before);
    }

    private static AgencyUsage usage(String agency, int current, @Nullable Integer limit, int cameras) {
        return AgencyUsage.newBuilder()
                .setSource(agency)
                .setCurrent(current)
                .setLimit(limit)
                .setActiveCameras(cameras)
                .build();
    }

    private static CameraUsage reserved(String agency, String camera, Instant since) {
        return CameraUsage.newBuilder()
                .setSource(agency)
                .setCameraId(camera)
                .setReservations(1)
                .setActiveSince(since)
                .build();
    }

    private static Camera camera(String id, String agency) {
        return Camera.newBuilder()
                .setCameraId(id)
                .setName("Camera " + id)
                .setAgency(agency)
                .build();
    }

    private static Participant person(String room, String identity) {
        return Participant.newBuilder()
                .setRoomKey(room)
                .setRoomName(room)
                .setIdentity(identity)
                .build();
    }

    private static Participant sending(Participant who) {
        return Participant.newBuilder(who)
                .setTracks(List.of(Track.newBuilder().setTrackSid("TR_1").build()))
                .build();
    }
}
