package io.rollcall.quota.leases.http;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandHeaders;
import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.quota.QuotaCounterProperties;
import io.rollcall.quota.leases.http.AgencyQueries.DecisionPage;
import io.rollcall.quota.leases.topology.QuotaReads.DecisionQuery;
import io.rollcall.quota.leases.wire.QuotaCommands;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/** Agencies: what they use, their limits, and every decision about them. */
@RestController
@RequestMapping("/api/v1/agencies")
@Tag(name = "agencies")
class AgenciesController {

    private static final int MAX_NAME = 128;

    private final AgencyDirectory directory;
    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final InstantSource clock;

    AgenciesController(
            PeerQueries peers,
            AgencyQueries here,
            CommandClient<QuotaCommand, QuotaEvent> commands,
            InstantSource clock) {
        this.directory = new AgencyDirectory(peers, here);
        this.commands = commands;
        this.clock = clock;
    }

    record Agencies(List<AgencyAnswer> agencies) {}

    record Decisions(
            List<DecisionAnswer> decisions, @Nullable Long next) {}

    record Limit(@Schema(minimum = "0", maximum = "1000000") int limit) {}

    @GetMapping
    @Operation(summary = "Every agency that has a limit, and what it uses of it.")
    Agencies agencies() {
        return new Agencies(directory.agencies());
    }

    @GetMapping("/{source}")
    @Operation(summary = "One agency with a page of its live leases, the newest first.")
    AgencyDetail agency(@PathVariable String source, Page page) {
        return found(directory.agency(source, page));
    }

    @PutMapping("/{source}/limit")
    @Operation(
            summary = "Set an agency's limit (admin); makes the agency if it is new.",
            description = "Takes effect for the next decision. A limit below what is in use evicts nobody.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @io.swagger.v3.oas.annotations.media.Content(schema = @Schema(implementation = Limit.class)))
    CompletableFuture<AgencyAnswer> limit(
            Caller caller, HttpServletRequest request, @PathVariable String source, @RequestBody JsonNode body) {
        if (!caller.admin()) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "Forbidden");
        }
        if (source.isBlank() || source.length() > MAX_NAME) {
            throw new BadFieldException("source", "must be 1 to " + MAX_NAME + " characters");
        }
        String id = UUID.randomUUID().toString();
        CommandHeader header = CommandHeaders.asked(caller, request, clock.instant())
                .setCommandId(id)
                .build();
        return commands.send(source, header, QuotaCommands.setLimit(header, source, limit(body), false))
                .thenApply(AgenciesController::limited);
    }

    private static int limit(JsonNode body) {
        JsonNode limit = body.path("limit");
        if (!limit.isIntegralNumber()
                || !limit.canConvertToInt()
                || limit.asInt() < 0
                || limit.asInt() > QuotaCounterProperties.MAX_LIMIT) {
            throw new BadFieldException(
                    "limit", "must be a whole number from 0 to " + QuotaCounterProperties.MAX_LIMIT);
        }
        return limit.asInt();
    }

    private static AgencyAnswer limited(QuotaEvent event) {
        Answer answer = event.getAnswer();
        Integer limit = event.getLimit();
        if (answer == null || answer.getOutcome() == Outcome.REFUSED || limit == null) {
            throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
        }
        return AgencyAnswer.of(event.getAgency(), event.getUsageAfter(), limit, event.getActiveCameras());
    }

    @GetMapping("/{source}/decisions")
    @Operation(
            summary = "Decisions about an agency, oldest first.",
            description =
                    "outcome is GRANTED, REFUSED, ENDED or LIMIT_CHANGED; after is the seq of the last decision that"
                            + " is known; next, where it is not null, is the after of the next page. A page of a rare outcome"
                            + " may hold fewer than limit.")
    Decisions decisions(
            @PathVariable String source,
            TimeRange range,
            @RequestParam(required = false) @Nullable String outcome,
            @RequestParam(required = false) @Nullable String after,
            @Parameter(schema = @Schema(type = "integer", defaultValue = "100", minimum = "1", maximum = "1000"))
                    @RequestParam(required = false)
                    @Nullable
                    String limit) {
        DecisionAnswer.Outcome kind = DecisionAnswer.Outcome.parse(outcome);
        DecisionPage page = found(directory.decisions(
                source,
                new DecisionQuery(
                        range.from(),
                        range.to(),
                        kind == null ? null : kind.type(),
                        position(after),
                        Page.parse(null, limit).limit())));
        return new Decisions(page.decisions(), page.next());
    }

    private static long position(@Nullable String after) {
        if (after == null || after.isEmpty()) {
            return 0;
        }
        try {
            long position = Long.parseLong(after);
            if (position >= 0 && position < Long.MAX_VALUE) {
                return position;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadFieldException("after", "must be the seq of a decision");
    }

    private static <T> T found(@Nullable T answer) {
        if (answer == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "Agency not found");
        }
        return answer;
    }
}
