package io.rollcall.presence.rooms.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.captures.Captures.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: of an event that LiveKit sent more than once within 24 hours the first copy counts. */
class DuplicatesTest {

    /** 23:30, so that an hour later is the next day. */
    private static final long FIRST = Duration.ofHours(11).plusMinutes(30).toSeconds();

    private static final Duration SWEEP = Duration.ofMinutes(2);

    @TempDir
    private Path stateDir;

    private final Happenings room = new Happenings("standup", "RM_1");
    private final Delivery first = room.egressEnded(FIRST, "");

    private Delivery copyAfter(Duration later) {
        return new Delivery(first.key(), first.event(), first.at().plus(later));
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,        false",
        "PT1H,        false",
        "PT23H59M,    false",
        "PT23H59M59S, false",
        "PT24H,       true",
        "PT24H1M,     true",
        "PT49H,       true",
    })
    void aCopyIsDroppedFor24Hours(Duration later, boolean counts) {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(first));
            presence.driver.advanceWallClockTime(SWEEP);
            presence.pipe(List.of(room.egressEnded(FIRST + later.toSeconds(), "")));
            presence.driver.advanceWallClockTime(SWEEP);
            assertThat(presence.history()).hasSize(2);

            presence.pipe(List.of(copyAfter(later)));

            assertThat(presence.history()).hasSize(counts ? 1 : 0);
        }
    }

    /** Copies that were dropped do not make it longer, and the one that counts begins anew. */
    @ParameterizedTest
    @CsvSource({"PT1H", "PT23H59M"})
    void the24HoursAreThoseOfTheLastOneThatCounted(Duration between) {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(first, copyAfter(between)));
            assertThat(presence.history()).hasSize(1);

            presence.pipe(List.of(copyAfter(Duration.ofHours(24))));
            assertThat(presence.history()).hasSize(1);

            presence.pipe(List.of(copyAfter(Duration.ofHours(24).plus(between))));
            assertThat(presence.history()).isEmpty();
        }
    }

    /** What was in memory is gone then. */
    @ParameterizedTest
    @CsvSource({"PT1H, false", "PT23H59M, false", "PT24H, true"})
    void soItIsFromAStoreThatWasOpenedAgain(Duration later, boolean counts, @TempDir Path again) throws IOException {
        try (var before = new PresenceDriver(stateDir, PresenceStores.Place.ON_DISK)) {
            before.pipe(List.of(first));
            // The driver takes its stores away when it closes.
            copy(stateDir, again);
        }
        try (var presence = new PresenceDriver(again, PresenceStores.Place.ON_DISK)) {
            presence.pipe(List.of(room.egressEnded(FIRST + later.toSeconds(), "")));
            presence.driver.advanceWallClockTime(SWEEP);
            assertThat(presence.history()).hasSize(1);

            presence.pipe(List.of(copyAfter(later)));

            assertThat(presence.history()).hasSize(counts ? 1 : 0);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.toList()) {
                Path copy = to.resolve(from.relativize(one));
                if (Files.isDirectory(one)) {
                    Files.createDirectories(copy);
                } else if (!one.endsWith("LOCK") && !one.endsWith(".lock")) {
                    Files.copy(one, copy);
                }
            }
        }
    }
}
