package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.local.Receipt;
import io.rollcall.local.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GapsTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void theLongestWaitIsThatOfTheFaultItOverlaps() {
        var gaps = new Gaps(
                List.of(receipt("EV_1", 9, 12), receipt("EV_2", 11, 12), receipt("EV_3", 25, 26)),
                List.of(),
                List.of());

        assertThat(gaps.unacknowledged(at(10), at(20))).isEqualTo(Duration.ofSeconds(3));
        assertThat(gaps.unacknowledged(at(20), null)).isEqualTo(Duration.ofSeconds(1));
        assertThat(gaps.unacknowledged(at(13), at(20))).isZero();
    }

    @Test
    void aWebhookIsSeenWithTheLastOfItsFacts() {
        var gaps = new Gaps(
                List.of(receipt("EV_1", 1, 2)),
                List.of(entry("fact-1", "EV_1"), entry("fact-2", "EV_1"), entry("fact-3", null)),
                List.of(frame("fact-1", 3), frame("fact-2", 7), frame("fact-3", 9)));

        assertThat(gaps.unseen(at(0), null)).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void whatWasGivenUpOrNeverSeenIsNoGap() {
        var gaps = new Gaps(List.of(receipt("EV_1", 1, null)), List.of(entry("fact-1", "EV_1")), List.of());

        assertThat(gaps.unacknowledged(at(0), null)).isZero();
        assertThat(gaps.unseen(at(0), null)).isZero();
    }

    private static Receipt receipt(String id, int first, @Nullable Integer acknowledged) {
        return new Receipt(
                new Webhook(id, "participant_joined", "room", "{}"),
                at(first),
                acknowledged == null ? null : at(acknowledged),
                1,
                null);
    }

    private static Evidence.Entry entry(String id, @Nullable String webhook) {
        return new Evidence.Entry(id, webhook, "room", 1, null);
    }

    private static Evidence.Frame frame(String id, int at) {
        return new Evidence.Frame(id, 1, at(at));
    }

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }
}
