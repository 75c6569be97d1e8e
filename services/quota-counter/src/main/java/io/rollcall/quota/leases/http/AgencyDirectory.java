package io.rollcall.quota.leases.http;

import static io.rollcall.kit.peers.PeerQueries.parameter;

import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.kit.web.Page;
import io.rollcall.quota.leases.http.AgencyQueries.DecisionPage;
import io.rollcall.quota.leases.topology.QuotaReads.DecisionQuery;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Answers from all instances: from the own stores what is here, from the others what is there. */
final class AgencyDirectory {

    private static final TypeReference<List<AgencyAnswer>> AGENCIES = new TypeReference<>() {};
    private static final TypeReference<AgencyDetail> AGENCY = new TypeReference<>() {};
    private static final TypeReference<DecisionPage> DECISIONS = new TypeReference<>() {};

    private final PeerQueries peers;
    private final AgencyQueries here;

    AgencyDirectory(PeerQueries peers, AgencyQueries here) {
        this.peers = peers;
        this.here = here;
    }

    List<AgencyAnswer> agencies() {
        return peers.ofAll("/agencies", AGENCIES, here::agencies).stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(AgencyAnswer::source))
                .toList();
    }

    @Nullable
    AgencyDetail agency(String source, Page page) {
        return peers.ofKey(
                source,
                "/agency?page=" + page.page() + "&limit=" + page.limit() + parameter("key", source),
                AGENCY,
                partition -> here.agency(partition, source, page));
    }

    @Nullable
    DecisionPage decisions(String source, DecisionQuery query) {
        String question = "/decisions?after=" + query.after() + "&limit=" + query.limit() + parameter("key", source)
                + parameter("from", text(query.from()))
                + parameter("to", text(query.to()))
                + parameter("outcome", query.outcome());
        DecisionPage page =
                peers.ofKey(source, question, DECISIONS, partition -> here.decisions(partition, source, query));
        if (page != null && query.after() > page.last()) {
            throw new BadFieldException("after", "must be the seq of a decision");
        }
        return page;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : IsoInstants.text(instant);
    }
}
