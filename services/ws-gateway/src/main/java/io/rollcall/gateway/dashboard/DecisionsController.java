package io.rollcall.gateway.dashboard;

import io.rollcall.gateway.stats.Decision;
import io.rollcall.gateway.stats.RecentDecisions;
import io.rollcall.kit.web.UnavailableException;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /dashboard/decisions}: what was decided about an agency last; what comes then is on its feed. */
@RestController
public class DecisionsController {

    private final RecentDecisions decisions;
    private final DashboardAccess access;
    private final BooleanSupplier ready;

    /**
     * Answers from memory.
     *
     * @param ready whether what was decided before the start has been read
     */
    public DecisionsController(RecentDecisions decisions, DashboardAccess access, BooleanSupplier ready) {
        this.decisions = decisions;
        this.access = access;
        this.ready = ready;
    }

    /**
     * The answer.
     *
     * @param decisions newest first
     */
    public record Decisions(List<Decision> decisions) {
        /** Keeps a copy. */
        public Decisions {
            decisions = List.copyOf(decisions);
        }
    }

    /** The last decisions about an agency; none about one that nobody knows. */
    @Operation(
            summary = "The last decisions about an agency, newest first",
            description = "As many as this instance holds. The whole audit trail is quota-counter's"
                    + " /api/v1/agencies/{source}/decisions; new decisions are on the feed agencies:<source>.")
    @GetMapping("/dashboard/decisions")
    public ResponseEntity<Decisions> decisions(
            @RequestParam String source,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization,
            @RequestParam(name = "access_token", required = false) @Nullable String token) {
        if (!access.of(authorization, token).mayRead(source)) {
            throw new ErrorResponseException(
                    HttpStatus.FORBIDDEN,
                    ProblemDetail.forStatusAndDetail(HttpStatus.FORBIDDEN, "The token does not reach this agency."),
                    null);
        }
        if (!ready.getAsBoolean()) {
            throw new UnavailableException("The decisions are still being read.", Duration.ofSeconds(1));
        }
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(new Decisions(decisions.of(source)));
    }
}
