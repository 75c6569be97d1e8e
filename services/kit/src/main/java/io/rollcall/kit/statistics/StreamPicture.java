package io.rollcall.kit.statistics;

import io.rollcall.kit.statistics.StreamStats.CameraStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The streams of cameras at one moment, by agency. Nothing changes in it, so that asking it takes no lock. */
public final class StreamPicture {

    private final long version;
    private final NavigableMap<String, OfAgency> agencies;

    StreamPicture(long version, NavigableMap<String, OfAgency> agencies) {
        this.version = version;
        this.agencies = agencies;
    }

    /** A camera as one agency has reserved it, or several. */
    record Leased(CameraStats stats, boolean atHome) {

        /** Reserved by both: since the earlier of the two, and counted where it belongs now. */
        Leased and(Leased other) {
            CameraStats earlier = other.stats.activeSince().isBefore(stats.activeSince()) ? other.stats : stats;
            CameraStats shown = atHome ? stats : other.atHome ? other.stats : earlier;
            return new Leased(
                    new CameraStats(
                            shown.cameraId(),
                            shown.cameraName(),
                            shown.viewerCount(),
                            shown.source(),
                            earlier.activeSince()),
                    atHome || other.atHome);
        }
    }

    /** What an agency has; filled while the picture is made. */
    static final class OfAgency {

        private @Nullable SourceStats stats;
        private final List<Leased> cameras = new ArrayList<>();
        private int viewers;

        void uses(@Nullable SourceStats known) {
            stats = known;
        }

        void leased(Leased camera) {
            cameras.add(camera);
        }

        void watchedBy(int more) {
            viewers += more;
        }
    }

    /** The version of what it shows. */
    public long version() {
        return version;
    }

    /** Whether one of these agencies has a limit. */
    public boolean knowsAny(Set<String> sources) {
        return of(sources).stream().anyMatch(it -> it.stats != null);
    }

    /**
     * The document.
     *
     * @param sources the agencies it is about; empty: all
     */
    public StreamStats about(Set<String> sources, Instant at) {
        var ofSources = new TreeMap<String, SourceStats>();
        var ofCameras = new TreeMap<String, Leased>();
        int active = 0;
        int watching = 0;
        for (OfAgency agency : of(sources)) {
            if (agency.stats != null) {
                ofSources.put(agency.stats.source(), agency.stats);
                active += agency.stats.current();
            }
            agency.cameras.forEach(it -> ofCameras.merge(it.stats().cameraId(), it, Leased::and));
            watching += agency.viewers;
        }
        return new StreamStats(
                active,
                watching,
                ofSources,
                ofCameras.values().stream().map(Leased::stats).toList(),
                at);
    }

    private Collection<OfAgency> of(Set<String> sources) {
        return sources.isEmpty()
                ? agencies.values()
                : sources.stream()
                        .sorted()
                        .map(agencies::get)
                        .filter(Objects::nonNull)
                        .toList();
    }
}
