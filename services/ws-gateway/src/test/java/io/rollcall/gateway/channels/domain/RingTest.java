package io.rollcall.gateway.channels.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingTest {

    @Test
    void aPageIsBoundedByBytesTooButNeverEmpty() {
        var ring = new Ring(10, 0);
        for (long offset = 1; offset <= 3; offset++) {
            ring.append(new Publication(offset, new byte[Ring.PAGE_BYTES / 2 - 100], 0));
        }
        ring.append(new Publication(4, new byte[Ring.PAGE_BYTES * 2], 0));

        assertThat(ring.after(0, 300)).extracting(Publication::offset).containsExactly(1L, 2L);
        assertThat(ring.after(2, 300)).extracting(Publication::offset).containsExactly(3L);
        assertThat(ring.after(3, 300)).extracting(Publication::offset).containsExactly(4L);
    }

    @Test
    void anEmptyRingStandsWhereItWasPut() {
        var ring = new Ring(3, 41);

        assertThat(ring.top()).isEqualTo(41);
        assertThat(ring.floor()).isEqualTo(41);
        assertThat(ring.after(41, 10)).isEmpty();
    }

    @Test
    void theOldestGoesWhenThereIsNoRoom() {
        var ring = new Ring(2, 0);

        for (long offset : new long[] {1, 2, 3}) {
            ring.append(publication(offset));
        }

        assertThat(offsets(ring.after(0, 10))).containsExactly(2L, 3L);
        assertThat(ring.floor()).isEqualTo(1);
    }

    @Test
    void whatIsNotASuccessorIsRefused() {
        var ring = new Ring(2, 5);

        assertThatThrownBy(() -> ring.append(publication(5))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsBackwardsFromBeforeAnOffset() {
        var ring = new Ring(10, 0);
        for (long offset : new long[] {2, 4, 6, 8}) {
            ring.append(publication(offset));
        }

        assertThat(offsets(ring.before(8, 2))).containsExactly(6L, 4L);
        assertThat(offsets(ring.before(Long.MAX_VALUE, 10))).containsExactly(8L, 6L, 4L, 2L);
        assertThat(ring.before(0, 10)).isEmpty();
    }

    @Test
    void noPageIsLongerThanAQueueTakesWhicheverWayItGoes() {
        var ring = new Ring(10, 0);
        for (long offset = 1; offset <= 5; offset++) {
            ring.append(new Publication(offset, new byte[Ring.PAGE_BYTES * 2 / 5], 0));
        }

        assertThat(offsets(ring.after(0, 10))).containsExactly(1L, 2L);
        assertThat(offsets(ring.before(6, 10))).containsExactly(5L, 4L);
    }

    @Test
    void knowsWhereItStoodAtATime() {
        var ring = new Ring(10, 0);
        ring.append(new Publication(3, new byte[0], 0));
        ring.append(new Publication(5, new byte[0], 1_000));
        ring.append(new Publication(9, new byte[0], 2_000));

        assertThat(ring.topAt(500)).isEqualTo(3);
        assertThat(ring.topAt(1_000)).isEqualTo(5);
        assertThat(ring.topAt(9_999)).isEqualTo(9);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void doesWhatAPlainListDoes(long seed) {
        var random = new Random(seed);
        int capacity = 1 + random.nextInt(20);
        var ring = new Ring(capacity, 0);
        List<Long> model = new ArrayList<>();
        long floor = 0;
        long top = 0;
        for (int step = 0; step < 2_000; step++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    ring.dropOldest();
                    if (!model.isEmpty()) {
                        floor = model.removeFirst();
                    }
                }
                case 1 -> {
                    if (random.nextInt(20) == 0) {
                        top += random.nextInt(5);
                        floor = top;
                        ring.restartAt(top);
                        model.clear();
                    }
                }
                default -> {
                    top += 1 + random.nextInt(3);
                    ring.append(publication(top));
                    model.add(top);
                    if (model.size() > capacity) {
                        floor = model.removeFirst();
                    }
                }
            }
            long at = floor + random.nextLong(top - floor + 1);
            int limit = random.nextInt(6);
            assertThat(ring.size()).isEqualTo(model.size());
            assertThat(ring.floor()).isEqualTo(floor);
            assertThat(ring.top()).isEqualTo(top);
            assertThat(ring.bytes())
                    .isEqualTo(model.size() * (long) publication(1).bytes());
            assertThat(offsets(ring.after(at, limit)))
                    .isEqualTo(model.stream().filter(it -> it > at).limit(limit).toList());
            assertThat(offsets(ring.before(at, limit)))
                    .isEqualTo(model.reversed().stream()
                            .filter(it -> it < at)
                            .limit(limit)
                            .toList());
        }
    }

    private static Publication publication(long offset) {
        return new Publication(offset, new byte[10], 0);
    }

    private static List<Long> offsets(List<Publication> publications) {
        return publications.stream().map(Publication::offset).toList();
    }
}
