package io.rollcall.quota.leases.topology;

import io.rollcall.quota.leases.domain.Agency;
import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.wire.QuotaMapper;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state, rebuilt by somebody who has nothing but the topic quota-events. */
final class AuditTrail {

    private final Map<String, Lease> leases = new TreeMap<>();
    private final Map<String, QuotaEvent> lastDecisions = new HashMap<>();
    private final Map<String, Integer> limits = new HashMap<>();

    void read(QuotaEvent event) {
        if (event.getSequence() > 0) {
            lastDecisions.put(event.getAgency(), event);
        }
        switch (event.getType()) {
            case LEASE_GRANTED, LEASE_RENEWED, VIEWER_JOINED, VIEWER_LEFT -> {
                var lease = event.getLease();
                if (lease != null) {
                    leases.put(event.getReservationId(), QuotaMapper.lease(lease));
                }
            }
            case LEASE_ENDED -> leases.remove(event.getReservationId());
            case LIMIT_SET -> limits.put(event.getAgency(), event.getLimit());
            case LEASE_REFUSED, ANSWERED, UNKNOWN -> {}
        }
    }

    @Nullable
    Agency agency(String name) {
        QuotaEvent last = lastDecisions.get(name);
        if (last == null) {
            return null;
        }
        var own = leases.values().stream()
                .filter(lease -> lease.agency().equals(name))
                .toList();
        int cameras = (int) own.stream().map(Lease::cameraId).distinct().count();
        return new Agency(name, own.size(), limits.get(name), cameras, last.getSequence(), last.getOccurredAt());
    }

    Map<String, Lease> leases() {
        return withoutBeats(leases);
    }

    /** A heartbeat is no event: when the last one came is all that the trail does not tell. */
    static Map<String, Lease> withoutBeats(Map<String, Lease> leases) {
        Map<String, Lease> all = new TreeMap<>();
        leases.forEach((id, it) -> all.put(
                id,
                new Lease(
                        it.reservationId(),
                        it.agency(),
                        it.cameraId(),
                        it.userId(),
                        it.owner(),
                        it.quality(),
                        it.version(),
                        it.grantedAt(),
                        it.renewedAt(),
                        it.expiresAt(),
                        Instant.EPOCH,
                        it.viewer())));
        return all;
    }
}
