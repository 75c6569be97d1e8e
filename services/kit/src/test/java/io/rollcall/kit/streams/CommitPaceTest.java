package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommitPaceTest {

    /** The beat is the thread's, and the tests may share one: each has a time of its own. */
    private static final AtomicLong HOURS = new AtomicLong(500_000);

    private final long noon = Duration.ofHours(HOURS.incrementAndGet()).toMillis();
    private final MockProcessorContext<String, String> context = new MockProcessorContext<>();

    /** Another test may have asked last: the thread comes round. */
    @BeforeEach
    void nobodyHasAsked() {
        var before = new MockProcessorContext<String, String>();
        processes(-10_000, pace(before), before, 5_000);
    }

    private CommitPace pace(MockProcessorContext<String, String> of) {
        return new CommitPace(of, Duration.ofMillis(5));
    }

    private void processes(long ms, CommitPace pace, MockProcessorContext<String, String> of, long age) {
        of.setCurrentSystemTimeMs(noon + ms);
        pace.processing(noon + ms - age);
    }

    private boolean asksWhenItTicksAt(long ms, MockProcessorContext<String, String> of) {
        of.resetCommit();
        for (CapturedPunctuator tick : of.scheduledPunctuators()) {
            if (!tick.cancelled()) {
                tick.getPunctuator().punctuate(noon + ms);
            }
        }
        return of.committed();
    }

    @Test
    void whatIsFreshIsCommittedWithTheNextTickAndTheTickEnds() {
        processes(0, pace(context), context, 3);

        assertThat(asksWhenItTicksAt(1, context)).isTrue();
        assertThat(asksWhenItTicksAt(4, context)).isFalse();
        assertThat(context.scheduledPunctuators()).hasSize(1).allMatch(CapturedPunctuator::cancelled);
    }

    @Test
    void whatFollowsIsCommittedAfterTheIntervalWhichBeginsWithTheEndOfTheCommit() {
        CommitPace pace = pace(context);
        processes(0, pace, context, 0);
        asksWhenItTicksAt(1, context);

        // The commit took 19 ms: only then the thread came round.
        processes(20, pace, context, 0);

        assertThat(asksWhenItTicksAt(24, context)).isFalse();
        assertThat(asksWhenItTicksAt(25, context)).isTrue();
    }

    @Test
    void afterAQuietTimeNothingWaits() {
        CommitPace pace = pace(context);
        processes(0, pace, context, 0);
        asksWhenItTicksAt(1, context);
        asksWhenItTicksAt(4, context);

        processes(50, pace, context, 0);

        assertThat(asksWhenItTicksAt(51, context)).isTrue();
    }

    @Test
    void whatIsLateWaitsForTheIntervalOfTheThread() {
        CommitPace pace = pace(context);
        processes(0, pace, context, 1_001);
        processes(100, pace, context, 86_400_000);
        assertThat(context.scheduledPunctuators()).isEmpty();

        processes(101, pace, context, 1_000);

        assertThat(asksWhenItTicksAt(102, context)).isTrue();
    }

    @Test
    void theTasksOfAThreadAreCommittedTogetherAndAskTogether() {
        var other = new MockProcessorContext<String, String>();
        CommitPace pace = pace(context);
        CommitPace ofTheOther = pace(other);
        processes(0, pace, context, 0);
        processes(0, ofTheOther, other, 0);

        assertThat(asksWhenItTicksAt(1, context)).isTrue();
        assertThat(asksWhenItTicksAt(1, other)).isFalse();
        processes(9, ofTheOther, other, 0);
        assertThat(asksWhenItTicksAt(13, other)).isFalse();
        assertThat(asksWhenItTicksAt(14, other)).isTrue();
    }

    @Test
    void aClockThatIsSetBackSilencesNobody() {
        CommitPace pace = pace(context);
        processes(3_600_000, pace, context, 0);
        asksWhenItTicksAt(3_600_001, context);
        asksWhenItTicksAt(3_600_002, context);

        processes(0, pace, context, 0);

        assertThat(asksWhenItTicksAt(1, context)).isTrue();
    }
}
