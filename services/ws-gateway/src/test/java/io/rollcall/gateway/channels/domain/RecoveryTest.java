package io.rollcall.gateway.channels.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.channels.domain.Recovery.Ahead;
import io.rollcall.gateway.channels.domain.Recovery.Archived;
import io.rollcall.gateway.channels.domain.Recovery.Lost;
import io.rollcall.gateway.channels.domain.Recovery.Recovered;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecoveryTest {

    private static final String EPOCH = "epoch-a";

    private final Ring ring = new Ring(4, 10);

    @BeforeEach
    void offsetsTenToTwentyWithGapsThatAreNone() {
        // 10 stands, 12 14 17 20 are there
        for (long offset : new long[] {12, 14, 17, 20}) {
            ring.append(new Publication(offset, new byte[0], 0));
        }
    }

    @Test
    void whoMissedNothingIsRecoveredWithNothing() {
        assertThat(since(EPOCH, 20)).isEqualTo(new Recovered(List.of(), false));
    }

    @Test
    void whoMissedSomethingIsGivenAllOfIt() {
        assertThat(offsets(since(EPOCH, 12))).containsExactly(14L, 17L, 20L);
    }

    @Test
    void anOffsetBetweenTwoPublicationsIsAsGoodAsTheOneBefore() {
        assertThat(offsets(since(EPOCH, 15))).containsExactly(17L, 20L);
    }

    @Test
    void theFloorItselfIsStillWhole() {
        assertThat(offsets(since(EPOCH, 10))).containsExactly(12L, 14L, 17L, 20L);
    }

    @Test
    void belowTheFloorTheArchiveHasIt() {
        assertThat(since(EPOCH, 9)).isInstanceOf(Archived.class);
        assertThat(since(EPOCH, 5)).isInstanceOf(Archived.class);
    }

    @Test
    void belowTheFloorOfTheArchiveIsLost() {
        assertThat(since(EPOCH, 4)).isInstanceOf(Lost.class);
    }

    @Test
    void theArchiveIsOfOneEpochToo() {
        assertThat(since("epoch-b", 9)).isInstanceOf(Lost.class);
    }

    @Test
    void anotherEpochIsLost() {
        assertThat(since("epoch-b", 14)).isInstanceOf(Lost.class);
    }

    @Test
    void noEpochMeansTheEpochThereIs() {
        assertThat(offsets(since("", 17))).containsExactly(20L);
    }

    @Test
    void beyondTheTopIsAhead() {
        assertThat(since(EPOCH, 21)).isInstanceOf(Ahead.class);
    }

    @Test
    void aLongGapComesInPages() {
        Recovery recovery = Recovery.of(ring, EPOCH, new StreamPosition(EPOCH, 10), 3, Long.MAX_VALUE);

        assertThat(offsets(recovery)).containsExactly(12L, 14L, 17L);
        assertThat(recovery)
                .isInstanceOfSatisfying(
                        Recovered.class, it -> assertThat(it.more()).isTrue());
    }

    private Recovery since(String epoch, long offset) {
        return Recovery.of(ring, EPOCH, new StreamPosition(epoch, offset), 300, 5);
    }

    private static List<Long> offsets(Recovery recovery) {
        return ((Recovered) recovery)
                .publications().stream().map(Publication::offset).toList();
    }
}
