package io.rollcall.kit.health;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says whether the process is alive and whether it can take requests. */
@RestController
@Tag(name = "health")
class HealthController {

    private final InstantSource clock;
    private final Instant startedAt;
    private final List<HealthDetails> details;
    private final List<ReadinessCheck> checks;

    HealthController(InstantSource clock, List<HealthDetails> details, List<ReadinessCheck> checks) {
        this.clock = clock;
        this.startedAt = clock.instant();
        this.details = details;
        this.checks = checks;
    }

    @GetMapping(path = "/health", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Alive; nothing outside of the process is asked. Uptime in seconds.")
    ResponseEntity<Map<String, Object>> health() {
        Instant now = clock.instant();
        SequencedMap<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", "ok");
        answer.put("timestamp", now);
        answer.put("uptime", Math.max(0, now.toEpochMilli() - startedAt.toEpochMilli()) / 1000.0);
        details.forEach(more -> answer.putAll(more.details()));
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(answer);
    }

    @GetMapping(path = "/readyz", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "200 when requests can be taken, else 503; with the reasons.")
    ResponseEntity<Answer> readyz() {
        SequencedMap<String, Readiness> results = new LinkedHashMap<>();
        checks.forEach(check -> results.put(check.name(), check.check()));
        boolean ready = results.values().stream().noneMatch(it -> it.status() == Readiness.Status.DOWN);
        return ResponseEntity.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .cacheControl(CacheControl.noStore())
                .body(new Answer(ready ? "ready" : "not ready", results));
    }

    /** What {@code /readyz} says. */
    record Answer(String status, Map<String, Readiness> checks) {}
}
