package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettlingTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now;
    private long compiled;
    private final Settling settling = new Settling(Duration.ofSeconds(10), () -> compiled, () -> now);

    private boolean isOverASecondLater(int compiledMillis) {
        now += SECOND;
        compiled += compiledMillis;
        return settling.isOver();
    }

    /** What was before says nothing of how busy the compilers are now. */
    @Test
    void goesOnAtTheFirstLook() {
        assertThat(isOverASecondLater(0)).isFalse();
    }

    @Test
    void goesOnWhileTheCompilersAreBusy() {
        isOverASecondLater(3_000);
        assertThat(isOverASecondLater(900)).isFalse();
        assertThat(isOverASecondLater(300)).isFalse();
        assertThat(isOverASecondLater(150)).isTrue();
    }

    @Test
    void endsWhenItsPatienceDoes() {
        isOverASecondLater(1_000);
        for (int second = 1; second < 10; second++) {
            assertThat(isOverASecondLater(1_000)).as("after %d s", second).isFalse();
        }
        assertThat(isOverASecondLater(1_000)).isTrue();
    }

    @Test
    void withoutPatienceIsOverAtOnce() {
        assertThat(new Settling(Duration.ZERO, () -> compiled, () -> now).isOver())
                .isTrue();
    }

    @Test
    void seesTheCompilersOfThisProcess() {
        assertThat(Settling.ofThisProcess(Duration.ofDays(1)).isOver()).isFalse();
    }
}
