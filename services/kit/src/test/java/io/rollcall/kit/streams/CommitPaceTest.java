package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.Test;

class CommitPaceTest {

    /** The beat is the thread's, and the tests may share one: each has a time of its own. */
    private static final AtomicLong HOURS = new AtomicLong(500_000);

    private final long noon = Duration.ofHours(HOURS.incrementAndGet()).toMillis();
    private final MockProcessorContext<String, String> context = new MockProcessorContext<>();

    private CommitPace pace(MockProcessorContext<String, String> of) {
        return new CommitPace(of, Duration.ofMillis(5));
    }

    private boolean asksAt(long ms, CommitPace pace, MockProcessorContext<String, String> of, long age) {
        of.resetCommit();
        of.setCurrentSystemTimeMs(noon + ms);
        pace.processing(noon + ms - age);
        return of.committed();
    }

    private boolean asksWhenItTicksAt(long ms) {
        context.resetCommit();
        for (CapturedPunctuator tick : context.scheduledPunctuators()) {
            if (!tick.cancelled()) {
                tick.getPunctuator().punctuate(noon + ms);
            }
        }
        return context.committed();
    }

    @Test
    void whatIsFreshIsCommittedAtOnce() {
        assertThat(asksAt(0, pace(context), context, 3)).isTrue();
        assertThat(context.scheduledPunctuators()).isEmpty();
    }

    @Test
    void whatFollowsWithinTheIntervalIsCommittedAfterItAndTheTickEnds() {
        CommitPace pace = pace(context);
        asksAt(0, pace, context, 0);

        assertThat(asksAt(1, pace, context, 0)).isFalse();
        assertThat(asksAt(2, pace, context, 0)).isFalse();
        assertThat(asksWhenItTicksAt(3)).isFalse();
        assertThat(asksWhenItTicksAt(5)).isTrue();
        assertThat(asksWhenItTicksAt(20)).isFalse();
        assertThat(context.scheduledPunctuators()).hasSize(1).allMatch(CapturedPunctuator::cancelled);
        assertThat(asksAt(30, pace, context, 0)).isTrue();
    }

    @Test
    void whatIsLateWaitsForTheIntervalOfTheThread() {
        CommitPace pace = pace(context);

        assertThat(asksAt(0, pace, context, 1_001)).isFalse();
        assertThat(asksAt(100, pace, context, 86_400_000)).isFalse();
        assertThat(context.scheduledPunctuators()).isEmpty();
        assertThat(asksAt(101, pace, context, 1_000)).isTrue();
    }

    @Test
    void theTasksOfAThreadAreCommittedTogetherAndAskTogether() {
        var other = new MockProcessorContext<String, String>();
        CommitPace pace = pace(context);
        CommitPace ofTheOther = pace(other);

        assertThat(asksAt(0, pace, context, 0)).isTrue();
        assertThat(asksAt(4, ofTheOther, other, 0)).isFalse();
        assertThat(asksAt(5, pace, context, 0)).isTrue();
    }

    @Test
    void aClockThatIsSetBackSilencesNobody() {
        CommitPace pace = pace(context);
        asksAt(3_600_000, pace, context, 0);

        assertThat(asksAt(0, pace, context, 0)).isTrue();
    }
}
