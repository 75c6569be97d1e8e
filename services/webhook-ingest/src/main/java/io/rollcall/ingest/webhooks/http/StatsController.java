package io.rollcall.ingest.webhooks.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.ingest.gap.GapDetector;
import io.rollcall.ingest.recording.Recorder;
import io.rollcall.ingest.spool.Spool;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What came in and where it is, since this instance started. */
@RestController
@Tag(name = "webhooks")
public class StatsController {

    private final WebhookFigures figures;
    private final Recorder recorder;
    private final Optional<GapDetector> gap;

    StatsController(WebhookFigures figures, Recorder recorder, Optional<GapDetector> gap) {
        this.figures = figures;
        this.recorder = recorder;
        this.gap = gap;
    }

    /** Counts, acknowledgement times, the spool. */
    @GetMapping(path = "/api/v1/webhooks/stats", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary =
                    "Webhooks by event and outcome, acknowledgement times, the spool; of this instance since its start")
    Stats stats() {
        Spool spool = recorder.spool();
        long oldest = spool.oldest();
        long last = figures.lastReceived();
        return new Stats(
                figures.taken(),
                figures.byEvent(),
                last < 0 ? null : Instant.ofEpochMilli(last),
                figures.ackMillis(),
                new SpoolStats(
                        recorder.mode() == Recorder.Mode.SPOOLING,
                        spool.records(),
                        spool.bytes(),
                        oldest < 0 ? null : Instant.ofEpochMilli(oldest)),
                gap.map(GapDetector::gap).orElse(null));
    }

    /**
     * The answer.
     *
     * @param taken webhooks that were answered 200
     * @param received by event ("other" for names we do not know, "none" for requests that were not read) and outcome
     * @param lastReceivedAt when the last signed webhook came
     * @param ackMillis percentiles of the last minute
     * @param gap what LiveKit counts, where its metrics are known
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Stats(
            long taken,
            Map<String, Map<String, Long>> received,
            @Nullable Instant lastReceivedAt,
            Map<String, Double> ackMillis,
            SpoolStats spool,
            GapDetector.@Nullable Gap gap) {}

    /**
     * The spool.
     *
     * @param active whether new webhooks go there
     */
    record SpoolStats(
            boolean active,
            long records,
            long bytes,
            @Nullable Instant oldestAt) {}
}
