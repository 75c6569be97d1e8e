package io.rollcall.chaos;

import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Folds the audit trail once more, knowing nothing of how it came about, and says where it breaks a promise; pure. */
final class QuotaAudit {

    /** How a lease ended. */
    record End(Instant at, String reason) {}

    private final Map<String, Set<String>> live = new HashMap<>();
    private final Map<String, End> ends = new HashMap<>();
    private final Set<String> granted = new HashSet<>();
    private final Set<String> users = new HashSet<>();
    private final List<String> overLimit = new ArrayList<>();
    private final List<String> freedTwice = new ArrayList<>();
    private final List<String> miscounted = new ArrayList<>();
    private int refused;

    /** Is told of every event, in the order of its partition. */
    void event(QuotaEvent event) {
        String id = event.getReservationId();
        users.add(event.getUserId());
        switch (event.getType()) {
            case LEASE_GRANTED -> {
                Set<String> taken = of(event.getAgency());
                // What was taken back, because its answer reached nobody, may be asked for again under its key.
                End before = ends.remove(id);
                if (!granted.add(id) && (before == null || !before.reason().equals("undone"))) {
                    miscounted.add(id + " was granted twice");
                }
                taken.add(id);
                Integer limit = event.getLimit();
                if (limit == null || taken.size() > limit) {
                    overLimit.add(event.getAgency() + " has " + taken.size() + " of " + limit + " at " + event.getId());
                }
                count(event, taken);
            }
            case LEASE_ENDED -> {
                Set<String> taken = of(event.getAgency());
                if (!taken.remove(id)) {
                    freedTwice.add(id + " of " + event.getAgency() + " ended without living");
                }
                ends.put(id, new End(event.getOccurredAt(), event.getReason()));
                count(event, taken);
            }
            case LEASE_REFUSED -> {
                refused++;
                count(event, of(event.getAgency()));
            }
            default -> {
                // Says nothing about a slot.
            }
        }
    }

    private void count(QuotaEvent event, Set<String> taken) {
        if (event.getUsageAfter() != taken.size()) {
            miscounted.add(event.getAgency() + " says " + event.getUsageAfter() + " and has " + taken.size() + " at "
                    + event.getId());
        }
    }

    private Set<String> of(String agency) {
        return live.computeIfAbsent(agency, _ -> new HashSet<>());
    }

    /** Offsets at which an agency had more than its limit when something was granted. */
    List<String> overLimit() {
        return Collections.unmodifiableList(overLimit);
    }

    /** Ends of what did not live. */
    List<String> freedTwice() {
        return Collections.unmodifiableList(freedTwice);
    }

    /** Usages that the trail states and that its own events contradict. */
    List<String> miscounted() {
        return Collections.unmodifiableList(miscounted);
    }

    /** Leases that never ended. */
    Set<String> leaked() {
        var all = new HashSet<String>();
        live.values().forEach(all::addAll);
        return all;
    }

    /** Whether anything was decided for a user. */
    boolean hasHeardOf(String user) {
        return users.contains(user);
    }

    boolean wasGranted(String reservation) {
        return granted.contains(reservation);
    }

    /** How leases ended, by id. */
    Map<String, End> ends() {
        return Collections.unmodifiableMap(ends);
    }

    int granted() {
        return granted.size();
    }

    int refused() {
        return refused;
    }
}
