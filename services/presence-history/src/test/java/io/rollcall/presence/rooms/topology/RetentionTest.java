package io.rollcall.presence.rooms.topology;

import static io.rollcall.presence.rooms.topology.Happenings.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.captures.Outcome;
import io.rollcall.schemas.rooms.RoomEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {

    private static final long DAY = Duration.ofDays(1).toSeconds();
    private static final long RETENTION = PresenceDriver.RETENTION.toSeconds();
    private static final Duration SWEEP = Duration.ofMinutes(2);

    @TempDir
    private Path stateDir;

    private final Happenings old = new Happenings("standup", "RM_1");
    private final Happenings other = new Happenings("retro", "RM_2");

    private List<Delivery> aShortMeeting() {
        return List.of(
                old.started(0), old.aborted(1, "cyd"), old.joined(2, "ana"), old.left(60, "ana", 2), old.finished(61));
    }

    private static List<String> lines(List<RoomEvent> history) {
        return history.stream().map(Outcome::line).toList();
    }

    private static long entries(PresenceDriver presence, String store) {
        KeyValueStore<Bytes, Object> entries = presence.driver.getKeyValueStore(store);
        long count = 0;
        try (var all = entries.all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    @Test
    void nothingIsLeftOfWhatHasOutlivedItsRetention() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(aShortMeeting());
            assertThat(presence.rooms()).containsOnlyKeys("standup");
            presence.pipe(List.of(other.started(RETENTION + DAY)));

            presence.driver.advanceWallClockTime(SWEEP);

            assertThat(entries(presence, PresenceStores.SESSIONS)).isEqualTo(1);
            assertThat(entries(presence, PresenceStores.SESSION_TIMES)).isEqualTo(1);
            // Its sequence.
            assertThat(entries(presence, PresenceStores.ROOMS)).isEqualTo(2);
            assertThat(entries(presence, PresenceStores.EVENTS)).isEqualTo(1);
            assertThat(entries(presence, PresenceStores.PARTICIPANTS)).isZero();
            assertThat(entries(presence, PresenceStores.EVENT_IDS)).isEqualTo(1);
            assertThat(presence.rooms()).containsOnlyKeys("retro");
        }
    }

    /** Or a client that comes back would take what it has missed for what it has seen. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSequenceOfARoomOutlivesItsHistory(boolean swept) {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(aShortMeeting());
            long last = presence.history().getLast().getSequence();
            presence.pipe(List.of(other.started(RETENTION + DAY)));
            if (swept) {
                presence.driver.advanceWallClockTime(SWEEP);
                presence.driver.advanceWallClockTime(SWEEP);
            }
            presence.history();

            presence.pipe(List.of(new Happenings("standup", "RM_3").started(RETENTION + DAY + 1)));

            assertThat(presence.history()).extracting(RoomEvent::getSequence).containsExactly(last + 1);
            assertThat(presence.rooms())
                    .hasEntrySatisfying(
                            "standup", room -> assertThat(room.getSequence()).isEqualTo(last + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void andGoesWhenItHasDoneSoForAsLongAgain(boolean swept) {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(aShortMeeting());
            presence.pipe(List.of(other.started(RETENTION + DAY)));
            presence.driver.advanceWallClockTime(SWEEP);
            presence.pipe(List.of(other.joined(2 * RETENTION + DAY, "ana")));
            if (swept) {
                presence.driver.advanceWallClockTime(SWEEP);
                assertThat(entries(presence, PresenceStores.ROOMS)).isEqualTo(1);
            }
            presence.history();

            presence.pipe(List.of(new Happenings("standup", "RM_3").started(2 * RETENTION + DAY + 1)));

            assertThat(presence.history()).extracting(RoomEvent::getSequence).containsExactly(1L);
        }
    }

    @Test
    void aRoomWhoseHistoryAPollHasForgottenGoesFromTheStateWithItsSequence() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(aShortMeeting());
            presence.pipe(old.absent(RETENTION + DAY), at(RETENTION + DAY));
            presence.pipe(List.of(other.started(RETENTION + DAY + 10)));
            presence.pipe(List.of(other.joined(2 * RETENTION + DAY, "ana")));

            presence.driver.advanceWallClockTime(SWEEP);

            assertThat(entries(presence, PresenceStores.ROOMS)).isEqualTo(1);
            assertThat(presence.rooms()).containsOnlyKeys("retro");
        }
    }

    @Test
    void nothingIsTakenOfWhatIsOpenOrYounger() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(old.started(0), old.joined(2, "ana")));
            presence.pipe(List.of(other.started(RETENTION - DAY), other.finished(RETENTION - DAY + 1)));
            presence.pipe(List.of(new Happenings("third", "RM_3").started(RETENTION + DAY)));

            presence.driver.advanceWallClockTime(SWEEP);
            presence.pipe(List.of(old.egressEnded(RETENTION + DAY, ""), other.egressEnded(RETENTION + DAY, "")));

            assertThat(entries(presence, PresenceStores.SESSIONS)).isEqualTo(3);
            assertThat(entries(presence, PresenceStores.PARTICIPANTS)).isEqualTo(1);
            assertThat(entries(presence, PresenceStores.ROOMS)).isEqualTo(3);
            assertThat(lines(presence.history())).hasSize(7);
            // The oldest of an open room go one by one.
            assertThat(entries(presence, PresenceStores.EVENTS)).isEqualTo(5);
        }
    }

    /** When the sweep comes by is chance: it must not be seen in the facts. */
    @ParameterizedTest
    @ValueSource(longs = {-2, -1, 0, 1, 2, 3_600})
    void nearTheBorderTheSameIsDecidedWhetherTheSweepHasComeByOrNot(long beyond, @TempDir Path again) {
        List<Delivery> later = new ArrayList<>();
        long ended = 61;
        later.add(other.started(ended + RETENTION + beyond));
        later.add(old.aborted(ended + RETENTION + beyond, "cyd"));
        later.add(old.joined(ended + RETENTION + beyond, "ana"));
        later.add(old.started(ended + RETENTION + beyond));
        try (var swept = new PresenceDriver(stateDir);
                var unswept = new PresenceDriver(again)) {
            swept.pipe(aShortMeeting());
            swept.pipe(later.subList(0, 1));
            swept.driver.advanceWallClockTime(SWEEP);
            swept.pipe(later.subList(1, later.size()));
            unswept.pipe(aShortMeeting());
            unswept.pipe(later);

            List<RoomEvent> history = unswept.history();
            assertThat(lines(swept.history())).isEqualTo(lines(history));
            assertThat(history).hasSizeGreaterThan(6);
        }
    }
}
