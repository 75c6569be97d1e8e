package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class QuotaAuditTest {

    private static final Instant AT = Instant.parse("2026-11-26T10:00:00Z");

    private final QuotaAudit audit = new QuotaAudit();

    @Test
    void anHonestTrailHasNoBreach() {
        granted("a", 1, 2);
        granted("b", 2, 2);
        tell(QuotaEventType.LEASE_REFUSED, "c", 2, 2);
        ended("a", 1);
        granted("d", 2, 2);
        ended("b", 1);
        ended("d", 0);

        assertThat(audit.overLimit()).isEmpty();
        assertThat(audit.freedTwice()).isEmpty();
        assertThat(audit.miscounted()).isEmpty();
        assertThat(audit.leaked()).isEmpty();
        assertThat(audit.granted()).isEqualTo(3);
        assertThat(audit.refused()).isOne();
        assertThat(audit.ends().get("d")).isEqualTo(new QuotaAudit.End(AT, "released"));
    }

    @Test
    void oneMoreThanTheLimitIsSeen() {
        granted("a", 1, 1);
        granted("b", 2, 1);

        assertThat(audit.overLimit()).hasSize(1).first().asString().contains("2 of 1");
    }

    @Test
    void anEndWithoutALifeIsSeen() {
        granted("a", 1, 1);
        ended("a", 0);
        ended("a", 0);

        assertThat(audit.freedTwice()).hasSize(1);
    }

    @Test
    void whatNeverEndsIsSeen() {
        granted("a", 1, 1);

        assertThat(audit.leaked()).containsExactly("a");
        assertThat(audit.wasGranted("a")).isTrue();
        assertThat(audit.wasGranted("b")).isFalse();
        assertThat(audit.hasHeardOf("ann")).isTrue();
        assertThat(audit.hasHeardOf("bob")).isFalse();
    }

    @Test
    void aUsageThatIsNotWhatTheEventsSayIsSeen() {
        granted("a", 3, 5);
        granted("a", 1, 5);

        assertThat(audit.miscounted()).hasSize(2);
    }

    @Test
    void whatWasTakenBackMayBeGrantedAgainAndNothingElse() {
        granted("a", 1, 5);
        ended("a", 0, "undone");
        granted("a", 1, 5);
        ended("a", 0);
        assertThat(audit.miscounted()).isEmpty();

        granted("a", 1, 5);

        assertThat(audit.miscounted()).containsExactly("a was granted twice");
    }

    private void granted(String id, int usage, int limit) {
        tell(QuotaEventType.LEASE_GRANTED, id, usage, limit);
    }

    private void ended(String id, int usage) {
        ended(id, usage, "released");
    }

    private void ended(String id, int usage, String reason) {
        tell(QuotaEventType.LEASE_ENDED, id, usage, 9, reason);
    }

    private void tell(QuotaEventType type, String id, int usageAfter, int limit) {
        tell(type, id, usageAfter, limit, "");
    }

    private void tell(QuotaEventType type, String id, int usageAfter, int limit, String reason) {
        audit.event(QuotaEvent.newBuilder()
                .setId(id + "-" + type)
                .setType(type)
                .setAgency("METRO")
                .setReservationId(id)
                .setUserId("ann")
                .setOccurredAt(AT)
                .setReason(reason)
                .setUsageAfter(usageAfter)
                .setLimit(limit)
                .build());
    }
}
