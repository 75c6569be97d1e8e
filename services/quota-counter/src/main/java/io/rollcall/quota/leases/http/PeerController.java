package io.rollcall.quota.leases.http;

import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.quota.leases.http.AgencyQueries.DecisionPage;
import io.rollcall.quota.leases.topology.QuotaReads.DecisionQuery;
import io.rollcall.schemas.quota.QuotaEventType;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * What other instances of this service ask: only ever answered from the own stores, and only for the partitions that are
 * named, so that no question goes round in circles.
 */
@Hidden
@RestController
@RequestMapping("/internal/v1")
class PeerController {

    private final AgencyQueries here;

    PeerController(AgencyQueries here) {
        this.here = here;
    }

    @GetMapping("/agencies")
    List<AgencyAnswer> agencies(@RequestParam List<Integer> partitions) {
        return here.agencies(partitions);
    }

    @GetMapping("/agency")
    AgencyDetail agency(@RequestParam List<Integer> partitions, @RequestParam String key, Page page) {
        return found(here.agency(one(partitions), key, page));
    }

    @GetMapping("/decisions")
    DecisionPage decisions(
            @RequestParam List<Integer> partitions,
            @RequestParam String key,
            TimeRange range,
            @RequestParam(required = false) @Nullable QuotaEventType outcome,
            @RequestParam long after,
            @RequestParam int limit) {
        return found(here.decisions(
                one(partitions),
                key,
                new DecisionQuery(range.from(), range.to(), outcome, after, new Page(1, limit).limit())));
    }

    private static int one(List<Integer> partitions) {
        if (partitions.size() != 1) {
            throw new BadFieldException("partitions", "must name one partition");
        }
        return partitions.getFirst();
    }

    private static <T> T found(@Nullable T answer) {
        if (answer == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return answer;
    }
}
