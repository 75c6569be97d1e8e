package io.rollcall.quota.leases.http;

import io.rollcall.kit.peers.Instances;
import io.rollcall.kit.peers.PeerClient;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.quota.leases.http.AgencyQueries.DecisionPage;
import io.rollcall.quota.leases.topology.QuotaReads.DecisionQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Answers from all instances: from the own stores what is here, from the others what is there. */
final class AgencyDirectory {

    private static final TypeReference<List<AgencyAnswer>> AGENCIES = new TypeReference<>() {};
    private static final TypeReference<AgencyDetail> AGENCY = new TypeReference<>() {};
    private static final TypeReference<DecisionPage> DECISIONS = new TypeReference<>() {};

    private final Instances instances;
    private final AgencyQueries here;
    private final PeerClient peers;

    AgencyDirectory(Instances instances, AgencyQueries here, PeerClient peers) {
        this.instances = instances;
        this.here = here;
        this.peers = peers;
    }

    /** What one instance says: gather() takes no null. */
    private record Found<T>(@Nullable T answer) {}

    List<AgencyAnswer> agencies() {
        return instances
                .gather(
                        instances.allPartitions(),
                        (host, partitions) -> instances.isSelf(host)
                                ? here.agencies(partitions)
                                : known(peers.ask(host, "/agencies", partitions, AGENCIES)))
                .stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(AgencyAnswer::source))
                .toList();
    }

    @Nullable
    AgencyDetail agency(String source, Page page) {
        return ofAgency(
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
                + parameter(
                        "outcome",
                        query.outcome() == null ? null : query.outcome().name());
        DecisionPage page =
                ofAgency(source, question, DECISIONS, partition -> here.decisions(partition, source, query));
        if (page != null && query.after() > page.last()) {
            throw new BadFieldException("after", "must be the seq of a decision");
        }
        return page;
    }

    private <T> @Nullable T ofAgency(
            String source, String question, TypeReference<T> type, IntFunction<@Nullable T> local) {
        int partition = instances.partitionOf(source);
        return instances
                .gather(
                        List.of(partition),
                        (host, partitions) -> new Found<T>(
                                instances.isSelf(host)
                                        ? local.apply(partition)
                                        : peers.ask(host, question, partitions, type)))
                .getFirst()
                .answer();
    }

    private static <T> T known(@Nullable T answer) {
        if (answer == null) {
            throw new UnavailableException("Another instance does not know this question.", Duration.ofSeconds(1));
        }
        return answer;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : IsoInstants.text(instant);
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
