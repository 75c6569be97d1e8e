package io.rollcall.quota.leases.topology;

import io.rollcall.kit.decider.StoreSection;
import io.rollcall.kit.peers.StoreReader;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The stores as the endpoints read them. Every method may throw
 * {@link io.rollcall.kit.web.UnavailableException}: a store may go at any time.
 */
public final class QuotaReads {

    /** So many decisions are looked at for one page: of a rare outcome it may hold fewer than were asked for. */
    private static final int LOOKED_AT = 10_000;

    private final StoreReader stores;
    private final String name;

    /**
     * Reads this instance's stores.
     *
     * @param name of the decider's store
     */
    public QuotaReads(StoreReader stores, String name) {
        this.stores = stores;
        this.name = name;
    }

    /**
     * Which decisions are asked for.
     *
     * @param from from then on, when it is not null
     * @param to until then, when it is not null
     * @param outcome only of this kind, when it is not null
     * @param after only those with a greater sequence
     */
    public record DecisionQuery(
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable QuotaEventType outcome,
            long after,
            int limit) {}

    /**
     * Some decisions, oldest first.
     *
     * @param next the sequence after which it goes on; null at the end
     */
    public record Decisions(
            List<QuotaEvent> decisions, @Nullable Long next) {}

    /** An agency; null when nobody has heard of it. */
    public @Nullable AgencyUsage agency(int partition, String agency) {
        return stores.asked(() -> LeaseShelving.AGENCIES.of(store(partition)).get(agency));
    }

    /** All agencies of a partition. */
    public List<AgencyUsage> agencies(int partition) {
        return stores.asked(() -> {
            List<AgencyUsage> agencies = new ArrayList<>();
            try (KeyValueIterator<String, AgencyUsage> all =
                    LeaseShelving.AGENCIES.of(store(partition)).all()) {
                all.forEachRemaining(entry -> agencies.add(entry.value));
            }
            return agencies;
        });
    }

    /** Leases of an agency, the newest first. */
    public List<Lease> leases(int partition, String agency, long offset, int limit) {
        return stores.asked(() -> {
            ReadOnlyKeyValueStore<Bytes, byte[]> store = store(partition);
            StoreSection.Reader<String, Lease> leases = LeaseShelving.LEASES.of(store);
            List<Lease> page = new ArrayList<>();
            try (KeyValueIterator<Bytes, byte[]> newestFirst = LeaseShelving.LEASES_BY_AGENCY
                    .of(store)
                    .reverseRange(StoreKeys.firstLease(agency), StoreKeys.afterLastLease(agency))) {
                for (long skipped = 0; skipped < offset && newestFirst.hasNext(); skipped++) {
                    newestFirst.next();
                }
                while (page.size() < limit && newestFirst.hasNext()) {
                    Lease lease = leases.get(StoreKeys.reservationId(newestFirst.next().key));
                    // One that has ended just now.
                    if (lease != null) {
                        page.add(lease);
                    }
                }
            }
            return page;
        });
    }

    /** Decisions about an agency. */
    public Decisions decisions(int partition, AgencyUsage agency, DecisionQuery query) {
        return stores.asked(() -> {
            StoreSection.Reader<Bytes, QuotaEvent> all = LeaseShelving.DECISIONS.of(store(partition));
            long last = agency.getSequence();
            long first = Math.max(agency.getOldestSequence(), query.after() + 1);
            if (query.from() != null) {
                first = firstFrom(all, agency.getSource(), first, last, query.from());
            }
            List<QuotaEvent> page = new ArrayList<>();
            for (long sequence = first; sequence <= last; sequence++) {
                if (page.size() == query.limit() || sequence - first == LOOKED_AT) {
                    return new Decisions(page, sequence - 1);
                }
                QuotaEvent decision = all.get(StoreKeys.decision(agency.getSource(), sequence));
                if (decision == null
                        || (query.to() != null && decision.getOccurredAt().isAfter(query.to()))) {
                    return new Decisions(page, null);
                }
                if (query.outcome() == null || decision.getType() == query.outcome()) {
                    page.add(decision);
                }
            }
            return new Decisions(page, null);
        });
    }

    /** Times follow sequences, so that halving finds the first. */
    private static long firstFrom(
            StoreSection.Reader<Bytes, QuotaEvent> all, String agency, long first, long last, Instant from) {
        long low = first;
        long high = last + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            QuotaEvent decision = all.get(StoreKeys.decision(agency, middle));
            if (decision != null && decision.getOccurredAt().isBefore(from)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private ReadOnlyKeyValueStore<Bytes, byte[]> store(int partition) {
        return stores.store(name, partition);
    }
}
