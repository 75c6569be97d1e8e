package io.rollcall.kit.statistics;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The statistics document.
 *
 * @param activeStreams live reservations
 * @param totalViewers people in camera rooms now, whether they have reserved or not
 * @param sourceStats every agency that has a limit, by its name
 * @param cameraStats every camera with a live reservation, by its id
 */
@JsonNaming(SnakeCaseStrategy.class)
public record StreamStats(
        int activeStreams,
        int totalViewers,
        SequencedMap<String, SourceStats> sourceStats,
        List<CameraStats> cameraStats,
        Instant timestamp) {

    /** Nobody changes what it was made of. */
    public StreamStats {
        sourceStats = Collections.unmodifiableSequencedMap(sourceStats);
        cameraStats = List.copyOf(cameraStats);
    }

    /**
     * What an agency uses of its limit.
     *
     * @param usagePercent with one decimal; 0 when the limit is 0
     * @param activeCameras cameras with a live reservation
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record SourceStats(String source, int current, int limit, double usagePercent, int activeCameras) {}

    /**
     * Who watches a camera.
     *
     * @param cameraName its id where nobody knows its name
     * @param viewerCount people in its room now
     * @param source its agency
     * @param activeSince when the earliest of its live reservations was granted
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record CameraStats(
            String cameraId, String cameraName, int viewerCount, String source, Instant activeSince) {}
}
