package io.rollcall.session.reservations.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.session.reservations.domain.Removals.Fault;
import io.rollcall.session.reservations.domain.Removals.Place;
import io.rollcall.session.reservations.domain.Removals.Removal;
import io.rollcall.session.reservations.domain.Removals.Viewer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemovalsTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofHours(1);
    private static final Place PLACE = new Place("quota-events", 3);
    private static final Place OTHER = new Place("room-events", 3);
    private static final int MANY = 100;

    private final Removals removals = new Removals(PATIENCE);

    private Removal ready(Place place, long offset) {
        Removal removal = removals.add(place, offset, new Viewer("r-" + offset, "camera_1", "viewer_r-" + offset));
        removals.ready(removal);
        return removal;
    }

    private List<Removal> due(Instant at) {
        return removals.due(at, MANY);
    }

    @Test
    void oneIsDueOnceItIsKnownToHaveEndedAndIsToldOnce() {
        Removal removal = removals.add(PLACE, 7, new Viewer("r", "camera_1", "viewer_r"));
        assertThat(due(NOON)).isEmpty();

        removals.ready(removal);

        assertThat(due(NOON)).containsExactly(removal);
        assertThat(due(NOON.plusSeconds(60))).isEmpty();
    }

    @Test
    void aPositionStaysBeforeTheFirstThatIsNotDone() {
        Removal first = ready(PLACE, 7);
        Removal second = ready(PLACE, 9);
        ready(OTHER, 1);

        removals.done(second);
        assertThat(removals.firstOpen(PLACE)).hasValue(7);
        removals.done(first);
        removals.done(first);

        assertThat(removals.firstOpen(PLACE)).isEmpty();
        assertThat(removals.firstOpen(OTHER)).hasValue(1);
        assertThat(removals.size()).isOne();
    }

    @Test
    void oneThatFailsIsTriedAgainLaterAndLaterAndKeepsNobodyElseBack() {
        Removal failing = ready(PLACE, 1);
        Instant now = NOON;
        for (long wait : new long[] {250, 500, 1_000, 2_000, 4_000, 5_000, 5_000}) {
            assertThat(due(now)).containsExactly(failing);
            removals.failed(failing, Fault.LIVEKIT, now);
            Removal other = ready(PLACE, 10);
            assertThat(due(now.plusMillis(wait - 1))).containsExactly(other);
            removals.done(other);
            now = now.plusMillis(wait);
        }
        assertThat(failing.triedBefore()).isTrue();
    }

    @Test
    void livekitsAbsenceNeverEndsButOneRoomsDoes() {
        Removal absent = ready(PLACE, 1);
        Removal dead = ready(PLACE, 2);
        assertThat(removals.failed(dead, Fault.ROOM, NOON)).isFalse();
        assertThat(removals.failed(dead, Fault.ROOM, NOON.plus(PATIENCE))).isFalse();

        assertThat(removals.failed(dead, Fault.ROOM, NOON.plus(PATIENCE).plusMillis(1)))
                .isTrue();
        for (int day = 0; day < 9; day++) {
            assertThat(removals.failed(absent, Fault.LIVEKIT, NOON.plus(Duration.ofDays(day))))
                    .isFalse();
        }

        assertThat(removals.firstOpen(PLACE)).hasValue(1);
        assertThat(removals.size()).isOne();
    }

    @Test
    void aRoomsPatienceBeginsAnewWhenLivekitWasAway() {
        Removal dead = ready(PLACE, 2);
        removals.failed(dead, Fault.ROOM, NOON);
        removals.failed(dead, Fault.LIVEKIT, NOON.plusSeconds(5));
        assertThat(removals.failed(dead, Fault.ROOM, NOON.plus(PATIENCE).plusSeconds(6)))
                .isFalse();
    }

    @Test
    void whatIsSomebodyElsesIsForgotten() {
        Removal dropped = ready(PLACE, 1);
        Removal kept = ready(OTHER, 1);

        removals.drop(List.of(PLACE));

        assertThat(due(NOON)).containsExactly(kept);
        removals.done(dropped);
        removals.ready(dropped);
        assertThat(due(NOON)).isEmpty();
        assertThat(removals.size()).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void inWhateverOrderTheyAreDoneThePositionIsTheLeastOfTheOthers(long seed) {
        var random = new Random(seed);
        var open = new TreeSet<Long>();
        List<Removal> all = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (long offset = 0; offset < 50; offset++) {
            all.add(ready(PLACE, offset));
            offsets.add(offset);
            open.add(offset);
        }
        Collections.shuffle(offsets, random);
        for (long offset : offsets) {
            assertThat(removals.firstOpen(PLACE)).as("seed %d", seed).hasValue(open.first());
            removals.done(all.get((int) offset));
            open.remove(offset);
        }
        assertThat(removals.firstOpen(PLACE)).isEmpty();
    }
}
