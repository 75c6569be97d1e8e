package io.rollcall.kit.decider;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.commands.AnsweredCommand;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecideStoresTest {

    private static final long NOON = 1_800_000_000_000L;
    private static final long EARLIER = NOON - 1;
    private static final long LATER = NOON + 1;
    private static final int MANY = 5_000;

    private final KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore("state"), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    private DecideStores stores = new DecideStores(opened());

    private KeyValueStore<Bytes, byte[]> opened() {
        store.init(new MockProcessorContext<Void, Void>().getStateStoreContext(), store);
        return store;
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void answered(int count, long forgottenAt) {
        for (int i = 0; i < count; i++) {
            stores.answered(
                    "%s-%d".formatted(Integer.toHexString(i), forgottenAt),
                    AnsweredCommand.newBuilder()
                            .setFingerprint("")
                            .setForgottenAt(forgottenAt)
                            .build());
        }
    }

    private int kept() {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    @BeforeEach
    void neighbours() {
        stores.tickAt(NOON);
        StoreSection.ofTheRuntime('B', Serdes.String(), Serdes.String())
                .of(store)
                .put("next", "kind");
    }

    private static final int NEIGHBOURS = 2;

    @Test
    void oneSweepAfterManyAnswersDropsWhatIsPastAndNothingElse() {
        answered(MANY, EARLIER);
        answered(MANY, LATER);

        stores.forgetAnswers(NOON, 3 * MANY);

        assertThat(kept()).isEqualTo(MANY + NEIGHBOURS);
        assertThat(stores.answered("0-" + LATER, NOON)).isNotNull();
        assertThat(stores.lastTickAt()).isEqualTo(NOON);
    }

    @Test
    void aSweepDropsNoMoreThanItMayAndTheNextGoesOn() {
        answered(MANY, EARLIER);

        stores.forgetAnswers(NOON, 100);
        assertThat(kept()).isEqualTo(MANY - 100 + NEIGHBOURS);

        stores.forgetAnswers(NOON, MANY);
        assertThat(kept()).isEqualTo(MANY - 1_100 + NEIGHBOURS);
    }

    /** As after a restart at rest, when nothing says how many have come. */
    @Test
    void sweepsAtRestReachEverything() {
        answered(MANY, NOON + 1_000);
        answered(MANY, EARLIER);
        stores = new DecideStores(store);

        for (int sweep = 0; sweep < 2 * MANY / 1_000 + 1; sweep++) {
            stores.forgetAnswers(NOON, MANY);
        }
        assertThat(kept()).isEqualTo(MANY + NEIGHBOURS);

        for (int sweep = 0; sweep < MANY / 1_000 + 2; sweep++) {
            stores.forgetAnswers(NOON + 1_000, MANY);
        }
        assertThat(kept()).isEqualTo(NEIGHBOURS);
        assertThat(stores.remembersAnswers()).isFalse();
    }

    @Test
    void whatIsPastIsNoAnswerBeforeASweepToo() {
        answered(1, NOON);

        assertThat(stores.answered("0-" + NOON, NOON - 1)).isNotNull();
        assertThat(stores.answered("0-" + NOON, NOON)).isNull();
    }

    @Test
    void timeIsKeptForWhoOpensTheStoreNext() {
        stores.graceUntil(LATER);

        var reopened = new DecideStores(store);

        assertThat(Map.of("tick", String.valueOf(reopened.lastTickAt()), "grace", reopened.graceUntil()))
                .isEqualTo(Map.of("tick", String.valueOf(NOON), "grace", LATER));
    }
}
