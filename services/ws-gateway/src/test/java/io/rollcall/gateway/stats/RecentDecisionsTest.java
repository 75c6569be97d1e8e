package io.rollcall.gateway.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecentDecisionsTest {

    private final RecentDecisions recent = new RecentDecisions(3);

    @Test
    void theLastOfEachAgencyAreThereNewestFirst() {
        for (long seq = 1; seq <= 5; seq++) {
            recent.add("METRO", decision(seq));
        }
        recent.add("BUS", decision(9));

        assertThat(recent.of("METRO")).extracting(Decision::seq).containsExactly(5L, 4L, 3L);
        assertThat(recent.of("BUS")).extracting(Decision::seq).containsExactly(9L);
        assertThat(recent.of("NOBODY")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = QuotaEventType.class,
            names = {"UNKNOWN", "ANSWERED", "LEASE_RENEWED", "VIEWER_JOINED", "VIEWER_LEFT"})
    void whatIsNoDecisionIsNone(QuotaEventType type) {
        assertThat(Decision.of(QuotaEvent.newBuilder().setType(type).build())).isNull();
    }

    private static Decision decision(long seq) {
        return Objects.requireNonNull(Decision.of(QuotaEvent.newBuilder()
                .setType(QuotaEventType.LEASE_GRANTED)
                .setSequence(seq)
                .build()));
    }
}
