package io.rollcall.session.reservations.reads;

import io.rollcall.kit.kafka.TopicEnds;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.quota.Lease;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/** The reservations that live, from the topic {@code leases}; every instance holds all of them. */
public final class LiveLeases {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Comparator<Lease> NEWEST_FIRST =
            Comparator.comparing(Lease::getGrantedAt).reversed().thenComparing(Lease::getReservationId);

    private final View<Lease> view;
    private final TopicEnds ends;

    /** By reservation id, of each user; changed by the view's thread only. */
    private final ConcurrentMap<String, Map<String, Lease>> byUser = new ConcurrentHashMap<>();

    /** Listens to the view, which has not been started. */
    public LiveLeases(View<Lease> view, TopicEnds ends) {
        this.view = view;
        this.ends = ends;
        view.onChange(this::changed);
    }

    private void changed(View.Change<Lease> change) {
        Lease before = change.before();
        Lease after = change.after();
        if (before != null && (after == null || !after.getUserId().equals(before.getUserId()))) {
            forget(before.getUserId(), change.key());
        }
        if (after != null) {
            byUser.computeIfAbsent(after.getUserId(), _ -> new ConcurrentHashMap<>())
                    .put(change.key(), after);
        }
    }

    private void forget(String userId, String reservationId) {
        Map<String, Lease> own = byUser.get(userId);
        if (own != null) {
            own.remove(reservationId);
            if (own.isEmpty()) {
                byUser.remove(userId);
            }
        }
    }

    /** Done when everything decided until now is known here; {@link UnavailableException} when that takes too long. */
    public CompletableFuture<Void> upToNow() {
        return upToNow(PATIENCE);
    }

    /** The same, for somebody who waits no longer than that. */
    public CompletableFuture<Void> upToNow(Duration patience) {
        return view.upToNow(ends, patience)
                // The broker may not even say where the topic ends.
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        failure instanceof CompletionException
                                        && failure.getCause() instanceof UnavailableException away
                                ? away
                                : new UnavailableException(
                                        "The reservations of just now are not known; try again in a moment.",
                                        RETRY_AFTER)));
    }

    /** One that lives, as far as this instance knows. */
    public Optional<Lease> get(String reservationId) {
        return view.get(reservationId);
    }

    /** Those of a user, the newest first, as far as this instance knows. */
    public List<Lease> ofUser(String userId) {
        return byUser.getOrDefault(userId, Map.of()).values().stream()
                .sorted(NEWEST_FIRST)
                .toList();
    }
}
