package io.rollcall.quota.leases.http;

import io.rollcall.kit.web.Page;
import io.rollcall.quota.leases.topology.QuotaReads;
import io.rollcall.quota.leases.topology.QuotaReads.DecisionQuery;
import io.rollcall.schemas.quota.AgencyUsage;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers from the partitions of this instance. */
public final class AgencyQueries {

    private final QuotaReads reads;

    /** Reads them there. */
    public AgencyQueries(QuotaReads reads) {
        this.reads = reads;
    }

    /**
     * Decisions, oldest first.
     *
     * @param next the seq after which the next page begins; null on the last one
     * @param last the seq of the agency's last decision
     */
    record DecisionPage(
            List<DecisionAnswer> decisions, @Nullable Long next, long last) {}

    List<AgencyAnswer> agencies(Collection<Integer> partitions) {
        return partitions.stream()
                .flatMap(partition -> reads.agencies(partition).stream())
                .map(AgencyAnswer::of)
                .filter(Objects::nonNull)
                .toList();
    }

    @Nullable
    AgencyDetail agency(int partition, String source, Page page) {
        AgencyAnswer agency = AgencyAnswer.of(reads.agency(partition, source));
        return agency == null
                ? null
                : AgencyDetail.of(
                        agency,
                        reads.leases(partition, source, page.offset(), page.limit()).stream()
                                .map(LeaseAnswer::of)
                                .toList());
    }

    /** Null for an agency that nothing was ever decided about. */
    @Nullable
    DecisionPage decisions(int partition, String source, DecisionQuery query) {
        AgencyUsage agency = reads.agency(partition, source);
        if (agency == null) {
            return null;
        }
        QuotaReads.Decisions found = reads.decisions(partition, agency, query);
        return new DecisionPage(
                found.decisions().stream().map(DecisionAnswer::of).toList(), found.next(), agency.getSequence());
    }
}
