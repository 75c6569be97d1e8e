package io.rollcall.quota.leases.topology;

import io.rollcall.quota.leases.domain.Lease;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The live leases of a partition by deadline, by agency and deadline, and by camera: what a decision needs to find without
 * looking at all of them. In memory only, since it follows from the leases; made anew with each task.
 */
final class LeaseIndex {

    private static final Comparator<Entry> BY_TIME =
            Comparator.comparing(Entry::at).thenComparing(Entry::reservationId);

    private final NavigableSet<Entry> deadlines = new TreeSet<>(BY_TIME);
    private final Map<String, NavigableSet<Entry>> deadlinesByAgency = new HashMap<>();
    private final Map<Camera, Watched> cameras = new HashMap<>();

    private record Entry(Instant at, String reservationId) {}

    private record Camera(String agency, String cameraId) {}

    private static final class Watched {
        private final NavigableSet<Entry> leases = new TreeSet<>(BY_TIME);
        private int viewers;
    }

    /** Who has reserved a camera. */
    record CameraUse(int reservations, int viewers, Instant activeSince) {}

    void change(@Nullable Lease before, @Nullable Lease after) {
        if (before != null) {
            remove(before);
        }
        if (after != null) {
            add(after);
        }
    }

    private void add(Lease lease) {
        var due = new Entry(lease.deadline(), lease.reservationId());
        deadlines.add(due);
        deadlinesByAgency
                .computeIfAbsent(lease.agency(), _ -> new TreeSet<>(BY_TIME))
                .add(due);
        Watched camera = cameras.computeIfAbsent(camera(lease), _ -> new Watched());
        camera.leases.add(granted(lease));
        camera.viewers += lease.watched() ? 1 : 0;
    }

    private void remove(Lease lease) {
        var due = new Entry(lease.deadline(), lease.reservationId());
        deadlines.remove(due);
        deadlinesByAgency.computeIfPresent(lease.agency(), (_, ofAgency) -> {
            ofAgency.remove(due);
            return ofAgency.isEmpty() ? null : ofAgency;
        });
        cameras.computeIfPresent(camera(lease), (_, camera) -> {
            camera.leases.remove(granted(lease));
            camera.viewers -= lease.watched() ? 1 : 0;
            return camera.leases.isEmpty() ? null : camera;
        });
    }

    private static Camera camera(Lease lease) {
        return new Camera(lease.agency(), lease.cameraId());
    }

    private static Entry granted(Lease lease) {
        return new Entry(lease.grantedAt(), lease.reservationId());
    }

    int size() {
        return deadlines.size();
    }

    /** Ids of leases whose time is up, the earliest first. */
    List<String> due(Instant now, int atMost) {
        return due(deadlines, now, atMost);
    }

    /** The same of one agency. */
    List<String> due(String agency, Instant now, int atMost) {
        NavigableSet<Entry> ofAgency = deadlinesByAgency.get(agency);
        return ofAgency == null ? List.of() : due(ofAgency, now, atMost);
    }

    private static List<String> due(NavigableSet<Entry> deadlines, Instant now, int atMost) {
        return deadlines.stream()
                .takeWhile(it -> !it.at().isAfter(now))
                .limit(atMost)
                .map(Entry::reservationId)
                .toList();
    }

    /** Ids of the leases of a camera, the oldest first. */
    List<String> ofCamera(String agency, String cameraId, int atMost) {
        Watched camera = cameras.get(new Camera(agency, cameraId));
        return camera == null
                ? List.of()
                : camera.leases.stream().limit(atMost).map(Entry::reservationId).toList();
    }

    /** Null when nobody has reserved it. */
    @Nullable
    CameraUse camera(String agency, String cameraId) {
        Watched camera = cameras.get(new Camera(agency, cameraId));
        return camera == null
                ? null
                : new CameraUse(
                        camera.leases.size(),
                        camera.viewers,
                        camera.leases.first().at());
    }
}
