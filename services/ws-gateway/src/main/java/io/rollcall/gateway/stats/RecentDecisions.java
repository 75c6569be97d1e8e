package io.rollcall.gateway.stats;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The last decisions about each agency, from the log's own end: the same on every instance. */
public final class RecentDecisions {

    private final int perAgency;
    private final Map<String, Deque<Decision>> byAgency = new HashMap<>();

    /** Keeps so many of each agency. */
    public RecentDecisions(int perAgency) {
        this.perAgency = perAgency;
    }

    synchronized void add(String agency, Decision decision) {
        Deque<Decision> recent = byAgency.computeIfAbsent(agency, name -> new ArrayDeque<>());
        recent.addLast(decision);
        if (recent.size() > perAgency) {
            recent.removeFirst();
        }
    }

    /** Those of an agency, newest first; none of one that nobody knows. */
    public synchronized List<Decision> of(String agency) {
        Deque<Decision> recent = byAgency.get(agency);
        return recent == null ? List.of() : List.copyOf(recent.reversed());
    }

    /** The log begins anew. */
    synchronized void clear() {
        byAgency.clear();
    }
}
