package io.rollcall.presence.rooms.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class StoreKeysTest {

    private static void inThisOrder(Bytes... keys) {
        assertThat(List.of(keys)).isSorted().doesNotHaveDuplicates();
    }

    private static boolean isPrefix(Bytes prefix, Bytes key) {
        return new String(key.get(), ISO_8859_1).startsWith(new String(prefix.get(), ISO_8859_1));
    }

    @Test
    void sessionsLieInTheOrderOfTheirBeginnings() {
        inThisOrder(
                StoreKeys.sessionsAt(Instant.EPOCH),
                StoreKeys.sessionAt(Instant.ofEpochMilli(-5), "RM_9"),
                StoreKeys.sessionAt(Instant.ofEpochMilli(255), "RM_9"),
                StoreKeys.sessionAt(Instant.ofEpochMilli(256), "RM_1"),
                StoreKeys.sessionAt(Instant.ofEpochMilli(256), "RM_2"),
                StoreKeys.sessionAt(Instant.parse("2026-11-25T12:00:00Z"), "RM_0"));
    }

    @Test
    void theSidIsInTheKeyByTime() {
        assertThat(StoreKeys.sidOf(StoreKeys.sessionAt(Instant.ofEpochMilli(7), "RM_ü/ 1")))
                .isEqualTo("RM_ü/ 1");
    }

    @Test
    void eventsOfARoomLieInTheOrderOfTheirPositions() {
        inThisOrder(
                StoreKeys.event("room", 1),
                StoreKeys.event("room", 255),
                StoreKeys.event("room", 256),
                StoreKeys.event("room", Integer.MAX_VALUE + 1L));
    }

    @Test
    void aPrefixIsExactlyOneSession() {
        assertThat(isPrefix(StoreKeys.ofSession("RM_1"), StoreKeys.inSession("RM_1", "PA_1")))
                .isTrue();
        assertThat(isPrefix(StoreKeys.ofSession("RM_1"), StoreKeys.inSession("RM_1P", "A_1")))
                .isFalse();
        assertThat(StoreKeys.inSession("RM_1", "PPA_1")).isNotEqualTo(StoreKeys.inSession("RM_1P", "PA_1"));
    }

    @Test
    void theFirstKeyOfADayIsBeforeEveryIdOfIt() {
        inThisOrder(
                StoreKeys.eventId(20_000, "zz"),
                StoreKeys.day(20_001),
                StoreKeys.eventId(20_001, "AA"),
                StoreKeys.eventId(20_001, "zz"),
                StoreKeys.day(20_002));
        assertThat(StoreKeys.dayOf(86_399_999)).isZero();
        assertThat(StoreKeys.dayOf(86_400_000)).isEqualTo(1);
        assertThat(StoreKeys.dayOf(-1)).isZero();
    }

    @Test
    void pollsLieInTheOrderOfTheirRecords() {
        inThisOrder(
                StoreKeys.observation(5, 900),
                StoreKeys.observation(256, 1),
                StoreKeys.observation(256, 255),
                StoreKeys.observation(256, 256),
                StoreKeys.observation(257, 0));
        assertThat(StoreKeys.timestampOf(StoreKeys.observation(1_700_000_000_000L, 42)))
                .isEqualTo(1_700_000_000_000L);
        assertThat(StoreKeys.offsetOf(StoreKeys.observation(1_700_000_000_000L, 42)))
                .isEqualTo(42);
    }
}
