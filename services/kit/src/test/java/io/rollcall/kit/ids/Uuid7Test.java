package io.rollcall.kit.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class Uuid7Test {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(AT);
    private final Uuid7 ids = new Uuid7(() -> now.get(), new Random(7));

    @Test
    void carriesItsTimeVersionAndVariant() {
        UUID id = ids.next();

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(Uuid7.instant(id)).isEqualTo(AT);
        assertThat(id.toString()).startsWith("019b7ca9-8f2e-7");
    }

    @Test
    void growsWithinAMillisecondBeyondWhatItsCounterHolds() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            made.add(ids.next().toString());
        }

        assertThat(made).isSorted();
        assertThat(new HashSet<>(made)).hasSize(10_000);
    }

    @Test
    void growsWhenTheClockGoesBack() {
        UUID before = ids.next();

        now.set(AT.minusSeconds(5));

        assertThat(ids.next().toString()).isGreaterThan(before.toString());
    }

    @Test
    void aLaterTimeSortsLater() {
        UUID before = ids.next();

        now.set(AT.plusMillis(1));

        assertThat(ids.next().toString()).isGreaterThan(before.toString());
    }

    @Test
    void theOneOfARecordIsTheSameEveryTime() {
        UUID id = Uuid7.ofRecord(AT, "livekit-events", 3, 17, 0);

        assertThat(id).isEqualTo(Uuid7.ofRecord(AT, "livekit-events", 3, 17, 0));
        assertThat(id.version()).isEqualTo(7);
        assertThat(Uuid7.instant(id)).isEqualTo(AT);
    }

    @Test
    void everyPartOfARecordsPlaceMatters() {
        assertThat(List.of(
                        Uuid7.ofRecord(AT, "livekit-events", 3, 17, 0),
                        Uuid7.ofRecord(AT, "livekit-event", 3, 17, 0),
                        Uuid7.ofRecord(AT, "livekit-events", 4, 17, 0),
                        Uuid7.ofRecord(AT, "livekit-events", 3, 18, 0),
                        Uuid7.ofRecord(AT, "livekit-events", 3, 17, 1),
                        Uuid7.ofRecord(AT.plusMillis(1), "livekit-events", 3, 17, 0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void theOneOfASeedStaysWhatItWas() {
        assertThat(Uuid7.derived(AT, "RM_1/PA_1")).hasToString("019b7ca9-8f2e-7954-a7d1-d240defaac1f");
    }

    @Test
    void anotherVersionHasNoTime() {
        UUID random = new UUID(0x4000L, 0x8000_0000_0000_0000L);

        assertThatThrownBy(() -> Uuid7.instant(random)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTimeBefore1970HasNone() {
        var early = new Uuid7(InstantSource.fixed(Instant.EPOCH.minusMillis(2)), new Random(1));

        assertThatThrownBy(() -> Uuid7.derived(Instant.EPOCH.minusMillis(2), "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Uuid7.instant(early.next())).isEqualTo(Instant.EPOCH);
    }
}
