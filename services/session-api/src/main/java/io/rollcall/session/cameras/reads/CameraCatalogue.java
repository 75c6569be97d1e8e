package io.rollcall.session.cameras.reads;

import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.session.cameras.domain.Folding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All cameras by their ids, from the topic {@code cameras}; every instance holds all of them. */
public final class CameraCatalogue {

    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final View<Camera> view;
    private final ConcurrentSkipListMap<String, Entry> entries = new ConcurrentSkipListMap<>();
    private final ConcurrentMap<String, List<Awaited>> awaited = new ConcurrentHashMap<>();

    private record Entry(Camera camera, String name, String nameAr) {

        Entry(Camera camera) {
            this(camera, Folding.fold(camera.getName()), Folding.fold(camera.getNameAr()));
        }

        boolean matches(Query query) {
            return (query.agency() == null || query.agency().equals(camera.getAgency()))
                    && (query.status() == null || query.status() == camera.getStatus())
                    && (name.contains(query.search()) || nameAr.contains(query.search()));
        }
    }

    private record Awaited(@Nullable Camera camera, CompletableFuture<Void> shown) {

        void look(@Nullable Camera now) {
            if (camera == null ? now == null : now != null && isAsNewAs(now, camera)) {
                shown.complete(null);
            }
        }

        private static boolean isAsNewAs(Camera now, Camera wanted) {
            int made = now.getCreatedAt().compareTo(wanted.getCreatedAt());
            return made > 0 || (made == 0 && now.getVersion() >= wanted.getVersion());
        }
    }

    /**
     * What cameras are asked for.
     *
     * @param agency whose; null for all
     * @param status with which; null for all
     * @param search folded; empty for all
     */
    public record Query(@Nullable String agency, @Nullable CameraStatus status, String search) {}

    /** Some of the cameras that match, in the order of their ids, and how many there are. */
    public record Page(List<Camera> cameras, int total) {}

    /** Listens to the view, which has not been started. */
    public CameraCatalogue(View<Camera> view) {
        this.view = view;
        view.onChange(this::changed);
    }

    void changed(View.Change<Camera> change) {
        Camera after = change.after();
        if (after == null) {
            entries.remove(change.key());
        } else {
            entries.put(change.key(), new Entry(after));
        }
        for (Awaited waiter : awaited.getOrDefault(change.key(), List.of())) {
            waiter.look(after);
        }
    }

    /**
     * A camera.
     *
     * @throws UnavailableException before the topic has been read once: what is not found is not known then
     */
    public Optional<Camera> get(String id) {
        complete();
        return Optional.ofNullable(now(id));
    }

    /**
     * A page of those that match.
     *
     * @throws UnavailableException before the topic has been read once
     */
    public Page list(Query query, int limit, int offset) {
        complete();
        List<Camera> page = new ArrayList<>();
        int total = 0;
        for (Entry entry : entries.values()) {
            if (entry.matches(query)) {
                if (total >= offset && page.size() < limit) {
                    page.add(entry.camera());
                }
                total++;
            }
        }
        return new Page(page, total);
    }

    /**
     * Done once this instance shows what was decided, so that whoever is answered then reads its own write here; and
     * half a second later at the latest.
     *
     * @param camera as it was decided; null when it was removed
     */
    public CompletableFuture<Void> shows(String id, @Nullable Camera camera) {
        var waiter = new Awaited(camera, new CompletableFuture<>());
        awaited.compute(id, (_, others) -> with(others, waiter));
        waiter.look(now(id));
        return waiter.shown()
                .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> awaited.computeIfPresent(id, (_, others) -> without(others, waiter)));
    }

    private @Nullable Camera now(String id) {
        Entry entry = entries.get(id);
        return entry == null ? null : entry.camera();
    }

    private void complete() {
        if (!view.caughtUp().isDone()) {
            throw new UnavailableException("The cameras have not been read yet; try again in a moment.", RETRY_AFTER);
        }
    }

    private static List<Awaited> with(@Nullable List<Awaited> others, Awaited one) {
        if (others == null) {
            return List.of(one);
        }
        List<Awaited> all = new ArrayList<>(others);
        all.add(one);
        return List.copyOf(all);
    }

    private static @Nullable List<Awaited> without(List<Awaited> all, Awaited one) {
        List<Awaited> others = new ArrayList<>(all);
        others.remove(one);
        return others.isEmpty() ? null : List.copyOf(others);
    }
}
