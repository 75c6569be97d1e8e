package io.rollcall.kit.statistics;

import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStats.CameraStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The streams of cameras as they are now: a fold of what the state topics tell, in any order between them. May be told
 * and asked by any thread.
 */
public final class StreamStatistics {

    private static final String CAMERA_ROOM = "camera_";

    private final Map<String, AgencyUsage> agencies = new TreeMap<>();
    private final Map<String, Camera> cameras = new HashMap<>();
    /** By camera, then by agency: a camera that has just moved may still have leases where it was. */
    private final Map<String, Map<String, CameraUsage>> usages = new TreeMap<>();

    private final Map<String, Integer> viewers = new HashMap<>();
    private long version;

    /** Knows nothing yet. */
    public StreamStatistics() {}

    /** Is told by these views, which have not been started, before anybody who listens to them later. */
    public static StreamStatistics over(
            View<AgencyUsage> agencies,
            View<CameraUsage> usages,
            View<Camera> cameras,
            View<Participant> participants) {
        var statistics = new StreamStatistics();
        agencies.onChange(change -> statistics.agencyChanged(change.key(), change.after()));
        usages.onChange(change -> statistics.usageChanged(change.before(), change.after()));
        cameras.onChange(change -> statistics.cameraChanged(change.key(), change.after()));
        participants.onChange(change -> statistics.participantChanged(change.before(), change.after()));
        return statistics;
    }

    /** The camera in whose room somebody counts as a viewer; null for everybody else. */
    public static @Nullable String watchedBy(@Nullable Participant participant) {
        return participant != null
                        && participant.getPerson()
                        && participant.getTracks().isEmpty()
                        && participant.getRoomName().startsWith(CAMERA_ROOM)
                ? participant.getRoomName().substring(CAMERA_ROOM.length())
                : null;
    }

    /** An agency uses more or less, or has another limit; null when it is gone. */
    public synchronized void agencyChanged(String agency, @Nullable AgencyUsage now) {
        version++;
        if (now == null) {
            agencies.remove(agency);
        } else {
            agencies.put(agency, now);
        }
    }

    synchronized void usageChanged(@Nullable CameraUsage before, @Nullable CameraUsage now) {
        version++;
        if (before != null) {
            usages.computeIfPresent(before.getCameraId(), (camera, byAgency) -> {
                byAgency.remove(before.getSource());
                return byAgency.isEmpty() ? null : byAgency;
            });
        }
        if (now != null) {
            usages.computeIfAbsent(now.getCameraId(), camera -> new TreeMap<>()).put(now.getSource(), now);
        }
    }

    synchronized void cameraChanged(String id, @Nullable Camera now) {
        version++;
        if (now == null) {
            cameras.remove(id);
        } else {
            cameras.put(id, now);
        }
    }

    synchronized void participantChanged(@Nullable Participant before, @Nullable Participant now) {
        count(watchedBy(before), -1);
        count(watchedBy(now), 1);
    }

    private void count(@Nullable String camera, int change) {
        if (camera != null) {
            version++;
            viewers.merge(camera, change, (had, more) -> had + more == 0 ? null : had + more);
        }
    }

    /** Grows with every change: what was said at one version is still so at the same one. */
    public synchronized long version() {
        return version;
    }

    /** Whose camera it is; empty when it is not known. */
    public synchronized String agencyOf(String camera) {
        Camera known = cameras.get(camera);
        return known == null ? "" : known.getAgency();
    }

    /** A camera of the catalogue. */
    public synchronized @Nullable Camera camera(String id) {
        return cameras.get(id);
    }

    /** People in a camera's room now. */
    public synchronized int viewers(String camera) {
        return viewers.getOrDefault(camera, 0);
    }

    /** Who has reserved a camera; null when nobody has. */
    public synchronized @Nullable CameraStats reserved(String camera) {
        Map<String, CameraUsage> byAgency = usages.get(camera);
        return byAgency == null ? null : cameraStats(camera, List.copyOf(byAgency.values()));
    }

    /** An agency that has a limit. */
    public synchronized @Nullable SourceStats source(String agency) {
        AgencyUsage known = agencies.get(agency);
        return known == null ? null : sourceStats(known);
    }

    /**
     * The document.
     *
     * @param sources the agencies it is about; empty: all
     */
    public synchronized StreamStats now(Set<String> sources, Instant at) {
        Predicate<String> asked = agency -> sources.isEmpty() || sources.contains(agency);
        var ofSources = new TreeMap<String, SourceStats>();
        agencies.forEach((name, usage) -> {
            SourceStats stats = asked.test(name) ? sourceStats(usage) : null;
            if (stats != null) {
                ofSources.put(name, stats);
            }
        });
        List<CameraStats> ofCameras = usages.entrySet().stream()
                .map(entry -> Map.entry(
                        entry.getKey(),
                        entry.getValue().values().stream()
                                .filter(usage -> asked.test(usage.getSource()))
                                .toList()))
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> cameraStats(entry.getKey(), entry.getValue()))
                .toList();
        int watching = viewers.entrySet().stream()
                .filter(entry -> cameras.containsKey(entry.getKey()) && asked.test(agencyOf(entry.getKey())))
                .mapToInt(Map.Entry::getValue)
                .sum();
        int active = ofSources.values().stream().mapToInt(SourceStats::current).sum();
        return new StreamStats(active, watching, ofSources, ofCameras, at);
    }

    private static @Nullable SourceStats sourceStats(AgencyUsage usage) {
        Integer limit = usage.getLimit();
        return limit == null
                ? null
                : new SourceStats(
                        usage.getSource(),
                        usage.getCurrent(),
                        limit,
                        UsagePercent.of(usage.getCurrent(), limit),
                        usage.getActiveCameras());
    }

    private CameraStats cameraStats(String id, List<CameraUsage> leased) {
        CameraUsage earliest = leased.stream()
                .min(Comparator.comparing(CameraUsage::getActiveSince))
                .orElseThrow();
        Camera camera = cameras.get(id);
        String agency = agencyOf(id);
        boolean there = leased.stream().anyMatch(usage -> usage.getSource().equals(agency));
        return new CameraStats(
                id,
                camera == null || camera.getName().isEmpty() ? id : camera.getName(),
                viewers(id),
                there ? agency : earliest.getSource(),
                earliest.getActiveSince());
    }
}
