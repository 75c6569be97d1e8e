package io.rollcall.kit.statistics;

import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamPicture.Leased;
import io.rollcall.kit.statistics.StreamStats.CameraStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import io.rollcall.schemas.CameraRoom;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The streams of cameras as they are now: a fold of what the state topics tell, in any order between them. May be told
 * and asked by any thread.
 */
public final class StreamStatistics {

    private final Map<String, AgencyUsage> agencies = new TreeMap<>();
    /** May be asked while others fold. */
    private final Map<String, Camera> cameras = new ConcurrentHashMap<>();
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

    /**
     * The camera in whose room somebody counts as a viewer; null for everybody else. Who may publish does not, nor who
     * does: what somebody may is not known before LiveKit has described it in full.
     */
    public static @Nullable String watchedBy(@Nullable Participant participant) {
        return participant != null
                        && participant.getPerson()
                        && !participant.getCanPublish()
                        && participant.getTracks().isEmpty()
                ? CameraRoom.cameraIn(participant.getRoomName())
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

    /** Whose camera it is; empty when it is not known. Waits for nobody. */
    public String agencyOf(String camera) {
        Camera known = cameras.get(camera);
        return known == null ? "" : known.getAgency();
    }

    /** A camera of the catalogue. Waits for nobody. */
    public @Nullable Camera camera(String id) {
        return cameras.get(id);
    }

    /** People in a camera's room now. */
    public synchronized int viewers(String camera) {
        return viewers.getOrDefault(camera, 0);
    }

    /** Who has reserved a camera; null when nobody has. */
    public synchronized @Nullable CameraStats reserved(String camera) {
        Map<String, CameraUsage> byAgency = usages.getOrDefault(camera, Map.of());
        return byAgency.values().stream()
                .map(usage -> leased(camera, usage))
                .reduce(Leased::and)
                .map(Leased::stats)
                .orElse(null);
    }

    /** An agency that has a limit. */
    public synchronized @Nullable SourceStats source(String agency) {
        AgencyUsage known = agencies.get(agency);
        return known == null ? null : sourceStats(known);
    }

    /** Everything as it is now, folded once for all who ask for a part of it. */
    public synchronized StreamPicture picture() {
        var byAgency = new TreeMap<String, StreamPicture.OfAgency>();
        agencies.forEach((name, usage) -> of(name, byAgency).uses(sourceStats(usage)));
        usages.forEach((camera, leased) ->
                leased.forEach((agency, usage) -> of(agency, byAgency).leased(leased(camera, usage))));
        viewers.forEach((camera, count) -> {
            Camera known = cameras.get(camera);
            if (known != null) {
                of(known.getAgency(), byAgency).watchedBy(count);
            }
        });
        return new StreamPicture(version, byAgency);
    }

    private static StreamPicture.OfAgency of(String agency, Map<String, StreamPicture.OfAgency> byAgency) {
        return byAgency.computeIfAbsent(agency, name -> new StreamPicture.OfAgency());
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

    private Leased leased(String id, CameraUsage usage) {
        Camera camera = cameras.get(id);
        var stats = new CameraStats(
                id,
                camera == null || camera.getName().isEmpty() ? id : camera.getName(),
                viewers.getOrDefault(id, 0),
                usage.getSource(),
                usage.getActiveSince());
        return new Leased(stats, camera != null && camera.getAgency().equals(usage.getSource()));
    }
}
