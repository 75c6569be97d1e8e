package io.rollcall.session.reservations.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which viewers are still to be put out, when that is to be tried, and how far what told of them is done with. None waits
 * for another one. Used by one thread.
 */
public final class Removals {

    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    private static final int DOUBLINGS = 5;

    private final Duration patience;
    private final Map<Place, TreeMap<Long, Removal>> open = new HashMap<>();
    private final PriorityQueue<Removal> due = new PriorityQueue<>(Comparator.comparing(Removal::dueAt));
    private int size;

    /** A partition of a topic. */
    public record Place(String topic, int partition) {}

    /** A viewer who may have to leave. */
    public record Viewer(String reservationId, String room, String identity) {}

    /** Whose fault it is that one could not be put out. */
    public enum Fault {
        /** LiveKit is not there: however long that takes, the viewer is put out when it is back. */
        LIVEKIT,
        /** LiveKit is there, but nothing can be done in this room. */
        ROOM
    }

    /** One that is to be put out. */
    public static final class Removal {

        private final Place place;
        private final long offset;
        private final Viewer viewer;
        private int attempts;
        private Instant dueAt = Instant.MIN;
        private @Nullable Instant atFaultSince;
        private boolean open = true;

        private Removal(Place place, long offset, Viewer viewer) {
            this.place = place;
            this.offset = offset;
            this.viewer = viewer;
        }

        /** Who. */
        public Viewer viewer() {
            return viewer;
        }

        /** Whether it has been tried before. */
        public boolean triedBefore() {
            return attempts > 0;
        }

        private Instant dueAt() {
            return dueAt;
        }
    }

    /** One in whose room nothing can be done for longer than this is given up. */
    public Removals(Duration patience) {
        this.patience = patience;
    }

    /** Notes a viewer, who is not put out before {@link #ready}. */
    public Removal add(Place place, long offset, Viewer viewer) {
        var removal = new Removal(place, offset, viewer);
        open.computeIfAbsent(place, _ -> new TreeMap<>()).put(offset, removal);
        size++;
        return removal;
    }

    /** Must leave indeed. */
    public void ready(Removal removal) {
        if (removal.open) {
            due.add(removal);
        }
    }

    /** Those whose time has come, the longest waiting first; each is told once, until it is {@link #failed}. */
    public List<Removal> due(Instant now, int atMost) {
        List<Removal> taken = new ArrayList<>();
        while (taken.size() < atMost) {
            Removal next = due.peek();
            if (next == null || next.dueAt.isAfter(now)) {
                return taken;
            }
            due.remove();
            if (next.open) {
                taken.add(next);
            }
        }
        return taken;
    }

    /** Is out, was never in, or may stay. */
    public void done(Removal removal) {
        if (!removal.open) {
            return;
        }
        removal.open = false;
        size--;
        TreeMap<Long, Removal> others = open.get(removal.place);
        if (others != null) {
            others.remove(removal.offset, removal);
            if (others.isEmpty()) {
                open.remove(removal.place);
            }
        }
    }

    /**
     * Could not be put out.
     *
     * @return whether it is given up
     */
    public boolean failed(Removal removal, Fault fault, Instant now) {
        removal.attempts++;
        Instant since = removal.atFaultSince;
        if (fault == Fault.LIVEKIT) {
            removal.atFaultSince = null;
        } else if (since == null) {
            removal.atFaultSince = now;
        } else if (now.isAfter(since.plus(patience))) {
            done(removal);
            return true;
        }
        Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(removal.attempts - 1, DOUBLINGS));
        removal.dueAt = now.plus(wait.compareTo(LONGEST_RETRY) < 0 ? wait : LONGEST_RETRY);
        ready(removal);
        return false;
    }

    /** These are somebody else's now. */
    public void drop(Collection<Place> places) {
        for (Place place : places) {
            TreeMap<Long, Removal> dropped = open.remove(place);
            if (dropped != null) {
                size -= dropped.size();
                dropped.values().forEach(it -> it.open = false);
            }
        }
    }

    /** Where somebody else would have to go on reading; empty where all is done. */
    public OptionalLong firstOpen(Place place) {
        TreeMap<Long, Removal> removals = open.get(place);
        return removals == null ? OptionalLong.empty() : OptionalLong.of(removals.firstKey());
    }

    /** How many are to be put out. */
    public int size() {
        return size;
    }
}
