package io.rollcall.presence.rooms.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeenIdsTest {

    private static String id(int i) {
        return "EV_" + Integer.toString(i * 7919, 36);
    }

    @Test
    void whatWasAddedIsNeverSurelyNewOnTheSameDayOrTheNext() {
        var ids = new SeenIds(true);
        ids.surelyNew("", 100);
        IntStream.range(0, 50_000).forEach(i -> ids.add(id(i)));

        assertThat(IntStream.range(0, 50_000)).noneMatch(i -> ids.surelyNew(id(i), 100));
        assertThat(IntStream.range(0, 50_000)).noneMatch(i -> ids.surelyNew(id(i), 101));
    }

    @Test
    void almostEverythingElseIs() {
        var ids = new SeenIds(true);
        ids.surelyNew("", 100);
        IntStream.range(0, 200_000).forEach(i -> ids.add(id(i)));

        long wrongly = IntStream.range(1_000_000, 1_100_000)
                .filter(i -> !ids.surelyNew(id(i), 100))
                .count();

        assertThat(wrongly).isLessThan(2_500);
    }

    @Test
    void whatIsOlderThanYesterdayIsForgotten() {
        var ids = new SeenIds(true);
        ids.surelyNew("EV_1", 100);
        ids.add("EV_1");

        assertThat(ids.surelyNew("EV_1", 102)).isTrue();
    }

    @Test
    void whoDidNotBeginEmptyKnowsNothingUntilTwoDaysAreWhole() {
        var ids = new SeenIds(false);

        assertThat(ids.surelyNew("EV_1", 100)).isFalse();
        assertThat(ids.surelyNew("EV_2", 101)).isFalse();
        assertThat(ids.surelyNew("EV_3", 102)).isTrue();
    }
}
