package io.rollcall.presence.rooms.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.web.TimeRange;
import io.rollcall.presence.rooms.http.Usage.Line;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsageTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final TimeRange EVER = new TimeRange(null, null);
    private static final LocalDate DAY = LocalDate.parse("2026-11-24");
    private static final long MINUTE = 60_000;

    private static Stay stay(String joinedAt, @Nullable String leftAt, boolean inferred) {
        return new Stay(
                "ana",
                "",
                "PA_1",
                "STANDARD",
                false,
                true,
                Instant.parse(joinedAt),
                leftAt == null ? null : Instant.parse(leftAt),
                0,
                null,
                "WEBHOOK",
                inferred,
                false,
                "",
                Map.of(),
                List.of());
    }

    @Test
    void aStayIsCutAtEveryMidnight() {
        assertThat(Usage.of(stay("2026-11-23T23:30:00Z", "2026-11-25T00:15:00Z", false), "ag7", EVER, NOW))
                .containsExactly(
                        new Line("ag7", DAY.minusDays(1), 30 * MINUTE, 0, 1),
                        new Line("ag7", DAY, 24 * 60 * MINUTE, 0, 1),
                        new Line("ag7", DAY.plusDays(1), 15 * MINUTE, 0, 1));
    }

    @Test
    void aStayThatEndsAtMidnightIsNotThereOnTheNextDay() {
        assertThat(Usage.of(stay("2026-11-24T23:00:00Z", "2026-11-25T00:00:00Z", true), "ag7", EVER, NOW))
                .containsExactly(new Line("ag7", DAY, 60 * MINUTE, 60 * MINUTE, 1));
    }

    @Test
    void whoIsStillThereIsThereUntilNow() {
        assertThat(Usage.of(stay("2026-11-25T09:50:00Z", null, false), "", EVER, NOW))
                .containsExactly(new Line("", DAY.plusDays(1), 10 * MINUTE, 0, 1));
    }

    @Test
    void aStayIsCutToTheRange() {
        var range = new TimeRange(Instant.parse("2026-11-24T08:00:00Z"), Instant.parse("2026-11-24T09:00:00Z"));

        assertThat(Usage.of(stay("2026-11-24T07:00:00Z", "2026-11-24T08:20:00Z", false), "ag7", range, NOW))
                .containsExactly(new Line("ag7", DAY, 20 * MINUTE, 0, 1));
        assertThat(Usage.of(stay("2026-11-24T09:00:00Z", "2026-11-24T09:20:00Z", false), "ag7", range, NOW))
                .isEmpty();
    }

    @Test
    void partsOfOneAgencyAndDayAreOneLineAndTheNewestDayIsFirst() {
        assertThat(Usage.sum(List.of(
                                new Line("b", DAY, 10, 10, 1),
                                new Line("a", DAY, 5, 0, 1),
                                new Line("b", DAY, 30, 0, 2),
                                new Line("a", DAY.plusDays(1), 1, 0, 1)))
                        .lines())
                .containsExactly(
                        new Line("a", DAY.plusDays(1), 1, 0, 1),
                        new Line("a", DAY, 5, 0, 1),
                        new Line("b", DAY, 40, 10, 3));
        assertThat(new Line("b", DAY, 40, 10, 3).inferredShare()).isEqualTo(0.25);
        assertThat(new Line("b", DAY, 0, 0, 1).inferredShare()).isZero();
    }

    @Test
    void theTableIsHarmless() {
        assertThat(UsageCsv.of(List.of(
                                new Line("ag7", DAY, 90_000, 45_000, 2),
                                new Line("=HYPERLINK(\"x\",\"y\")", DAY, 0, 0, 1),
                                new Line("@a", DAY, 0, 0, 1),
                                new Line("-1", DAY, 0, 0, 1),
                                new Line("a,b", DAY, 0, 0, 1)))
                        .lines())
                .containsExactly(
                        "agency,day,participantMinutes,inferredShare,participants",
                        "ag7,2026-11-24,1.5000,0.5000,2",
                        "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\",2026-11-24,0.0000,0.0000,1",
                        "'@a,2026-11-24,0.0000,0.0000,1",
                        "'-1,2026-11-24,0.0000,0.0000,1",
                        "\"a,b\",2026-11-24,0.0000,0.0000,1");
    }
}
