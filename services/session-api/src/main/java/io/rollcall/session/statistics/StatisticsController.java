package io.rollcall.session.statistics;

import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.kit.statistics.StreamStats;
import io.rollcall.kit.web.UnavailableException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/v1/stream/stats}. */
@RestController
@Tag(name = "streams")
public class StatisticsController {

    private final StreamStatistics statistics;
    private final List<View<?>> views;
    private final InstantSource clock;

    StatisticsController(StreamStatistics statistics, List<View<?>> views, InstantSource clock) {
        this.statistics = statistics;
        this.views = List.copyOf(views);
        this.clock = clock;
    }

    /** What the streams of all agencies use now. */
    @Operation(
            summary = "What the streams of cameras use now.",
            description = "Every agency that has a limit, every camera with a live reservation, and the people in"
                    + " camera rooms: who only watches, no publisher, ingress, egress, agent or hidden participant."
                    + " The same document comes every 5 s on ws-gateway's /ws/stream/stats.")
    @GetMapping("/api/v1/stream/stats")
    public ResponseEntity<StreamStats> stats() {
        if (!views.stream().allMatch(view -> view.caughtUp().isDone())) {
            throw new UnavailableException("The statistics are still being read.", Duration.ofSeconds(1));
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(statistics.picture().about(Set.of(), clock.instant()));
    }
}
