package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StandbyUpdateListener.SuspendReason;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReadableStoresTest {

    private static final String STORE = "rooms-by-key";
    private static final int PARTITION = 3;
    private static final TopicPartition CHANGELOG = new TopicPartition("rooms-by-key-changelog", PARTITION);
    private static final TaskId TASK = new TaskId(0, PARTITION);

    private final ReadableStores stores = new ReadableStores();

    private void copyBegins() {
        stores.onUpdateStart(CHANGELOG, STORE, 0);
    }

    private void copyHasRead(long upTo, long end) {
        stores.onBatchLoaded(CHANGELOG, STORE, TASK, upTo, 1, end);
    }

    private boolean mayBeRead() {
        return stores.mayBeRead(STORE, PARTITION);
    }

    @Test
    void whatIsNotHereIsRefused() {
        assertThat(mayBeRead()).isFalse();
        assertThat(stores.haveCopiesInTheMaking()).isFalse();
    }

    @Test
    void anOwnerIsReadFromWhenItIsRestoredUntilItCloses() {
        stores.restored(TASK, Set.of(STORE));
        assertThat(mayBeRead()).isTrue();
        assertThat(stores.mayBeRead(STORE, PARTITION + 1)).isFalse();
        assertThat(stores.mayBeRead("sessions-by-sid", PARTITION)).isFalse();

        stores.closed(TASK, Set.of(STORE));
        assertThat(mayBeRead()).isFalse();
    }

    @Test
    void aCopyIsRefusedUntilItHasHadEverythingThatThereWas() {
        copyBegins();
        assertThat(mayBeRead()).isFalse();

        copyHasRead(59, 60);
        assertThat(mayBeRead()).isFalse();
        assertThat(stores.haveCopiesInTheMaking()).isTrue();

        copyHasRead(60, 60);
        assertThat(mayBeRead()).isTrue();
        assertThat(stores.haveCopiesInTheMaking()).isFalse();
    }

    @Test
    void aCopyThatWasWholeIsReadWhileItIsNear() {
        copyBegins();
        copyHasRead(60, 60);

        copyHasRead(61, 1_061);
        assertThat(mayBeRead()).isTrue();
        copyHasRead(62, 1_063);
        assertThat(mayBeRead()).isFalse();
        copyHasRead(1_000, 1_070);
        assertThat(mayBeRead()).isTrue();
    }

    @Test
    void aCopyThatFindsNothingToReadIsWholeWhenTheBrokerSaysThatThereIsNothing() {
        copyBegins();
        stores.lag(STORE, PARTITION, 2);
        assertThat(mayBeRead()).isFalse();
        assertThat(stores.haveCopiesInTheMaking()).isTrue();

        stores.lag(STORE, PARTITION, 0);
        assertThat(mayBeRead()).isTrue();
        assertThat(stores.haveCopiesInTheMaking()).isFalse();
    }

    /** Behind the last record is the end of its transaction, which need not come with the same batch. */
    @Test
    void aCopyBehindWhoseLastBatchIsNothingToReadIsWholeWhenTheBrokerSaysSo() {
        copyBegins();
        copyHasRead(59, 60);

        stores.lag(STORE, PARTITION, 1);

        assertThat(mayBeRead()).isTrue();
    }

    @Test
    void whatTheBrokerSaysOfAnotherIsNothingToACopy() {
        copyBegins();

        stores.lag(STORE, PARTITION + 1, 0);
        stores.lag("sessions-by-sid", PARTITION, 0);

        assertThat(mayBeRead()).isFalse();
        assertThat(stores.mayBeRead(STORE, PARTITION + 1)).isFalse();
        assertThat(stores.mayBeRead("sessions-by-sid", PARTITION)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(SuspendReason.class)
    void aCopyThatGoesIsRefused(SuspendReason reason) {
        copyBegins();
        copyHasRead(60, 60);

        stores.onUpdateSuspended(CHANGELOG, STORE, 60, 60, reason);
        assertThat(mayBeRead()).isFalse();
        assertThat(stores.haveCopiesInTheMaking()).isFalse();
    }

    @Test
    void aCopyThatBeginsAnewIsNotWhole() {
        copyBegins();
        copyHasRead(60, 60);

        copyBegins();
        assertThat(mayBeRead()).isFalse();
    }
}
