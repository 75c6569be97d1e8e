package io.rollcall.presence.rooms.http;

import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.topology.PresenceReads;
import io.rollcall.presence.rooms.wire.RoomEventMapper;
import io.rollcall.presence.rooms.wire.StateMapper;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Answers from the partitions of this instance. */
public final class RoomQueries {

    private final PresenceReads reads;
    private final InstantSource clock;

    public RoomQueries(PresenceReads reads, InstantSource clock) {
        this.reads = reads;
        this.clock = clock;
    }

    /**
     * Which rooms or sessions are asked for.
     *
     * @param open null: both open and closed ones
     */
    record Filter(@Nullable String agency, @Nullable Boolean open, TimeRange range) {

        boolean takes(String itsAgency, boolean isOpen, Instant began, @Nullable Instant ended) {
            return (agency == null || agency.equals(itsAgency))
                    && (open == null || open == isOpen)
                    && range.overlaps(began, ended);
        }
    }

    Fragment<RoomAnswer> rooms(Collection<Integer> partitions, Filter filter, long top) {
        var best = new Best<>(RoomAnswer.NEWEST_FIRST, top);
        for (int partition : partitions) {
            reads.partition(partition).eachRoom(document -> {
                RoomAnswer room = RoomAnswer.of(document);
                if (room != null
                        && filter.takes(
                                room.agency(),
                                room.state() == RoomAnswer.State.open,
                                room.openedAt(),
                                room.closedAt())) {
                    best.add(room);
                }
            });
        }
        return best.fragment();
    }

    /** Only the sessions that are shown are looked at closely. */
    Fragment<SessionAnswer> sessions(Collection<Integer> partitions, Filter filter, long top) {
        record Found(int partition, SessionDocument session) {}
        Comparator<Found> newestFirst = Comparator.comparing((Found it) -> SessionAnswer.beganAt(it.session()))
                .reversed()
                .thenComparing(it -> it.session().getRoomSid());
        var best = new Best<>(newestFirst, top);
        for (int partition : partitions) {
            reads.partition(partition).eachSessionNewestFirst(session -> {
                if (filter.takes(
                        session.getAgency(),
                        session.getOpen(),
                        SessionAnswer.beganAt(session),
                        session.getOpen() ? null : SessionAnswer.endedAt(session))) {
                    best.add(new Found(partition, session));
                }
            });
        }
        Instant now = clock.instant();
        Fragment<Found> found = best.fragment();
        return new Fragment<>(
                found.items().stream()
                        .map(it -> answer(it.partition(), it.session(), now, false))
                        .toList(),
                found.total());
    }

    /** What the people of these partitions have used; of one agency, or of all when it is null. */
    Usage usage(Collection<Integer> partitions, @Nullable String agency, TimeRange range) {
        Instant now = clock.instant();
        List<Usage.Line> lines = new ArrayList<>();
        for (int partition : partitions) {
            PresenceReads.Partition stores = reads.partition(partition);
            stores.eachSessionNewestFirst(session -> {
                if (!range.overlaps(
                        SessionAnswer.beganAt(session), session.getOpen() ? null : SessionAnswer.endedAt(session))) {
                    return;
                }
                for (ParticipantDocument participant : stores.participants(session.getRoomSid())) {
                    String itsAgency = RoomEventMapper.agency(StateMapper.profile(participant), session.getAgency());
                    Stay stay = Stay.of(participant, now);
                    if (stay != null && stay.person() && (agency == null || agency.equals(itsAgency))) {
                        lines.addAll(Usage.of(stay, itsAgency, range, now));
                    }
                }
            });
        }
        return Usage.sum(lines);
    }

    @Nullable
    RoomAnswer room(int partition, String roomKey) {
        RoomDocument room = reads.partition(partition).room(roomKey);
        return room == null ? null : RoomAnswer.of(room);
    }

    @Nullable
    SessionAnswer session(Collection<Integer> partitions, String roomSid) {
        for (int partition : partitions) {
            SessionDocument session = reads.partition(partition).session(roomSid);
            if (session != null) {
                return answer(partition, session, clock.instant(), true);
            }
        }
        return null;
    }

    /** Those who are there now, the last to come first; null when the room is unknown. */
    @Nullable
    Fragment<Stay> participants(int partition, String roomKey, Page page) {
        RoomDocument room = reads.partition(partition).room(roomKey);
        if (room == null) {
            return null;
        }
        Instant now = clock.instant();
        List<Stay> present = reads.partition(partition).participants(room.getLatest()).stream()
                .map(participant -> Stay.of(participant, now))
                .filter(Objects::nonNull)
                .filter(stay -> stay.leftAt() == null)
                .sorted(Comparator.comparing(Stay::joinedAt).reversed().thenComparing(Stay::sid))
                .toList();
        return new Fragment<>(page.of(present), present.size());
    }

    /** A page of a room's history, the newest first; null when the room is unknown. */
    @Nullable
    Fragment<EventAnswer> events(int partition, String roomKey, Page page) {
        RoomDocument room = reads.partition(partition).room(roomKey);
        if (room == null) {
            return null;
        }
        long total = Math.max(0, room.getLastEvent() - room.getFirstEvent() + 1);
        long to = room.getLastEvent() - page.offset();
        long from = Math.max(room.getFirstEvent(), to - page.limit() + 1);
        List<EventAnswer> events = to < from
                ? List.of()
                : reads.partition(partition).eventsNewestFirst(roomKey, from, to).stream()
                        .map(EventAnswer::of)
                        .toList();
        return new Fragment<>(events, total);
    }

    private SessionAnswer answer(int partition, SessionDocument session, Instant now, boolean withEverything) {
        return SessionAnswer.of(
                session, reads.partition(partition).participants(session.getRoomSid()), now, withEverything);
    }

    /** Keeps the first few of many, and counts all. */
    private static final class Best<T> {

        private final Comparator<T> order;
        private final long top;
        private final PriorityQueue<T> kept;
        private long total;

        Best(Comparator<T> order, long top) {
            this.order = order;
            this.top = top;
            this.kept = new PriorityQueue<>(order.reversed());
        }

        void add(T item) {
            total++;
            kept.add(item);
            if (kept.size() > top) {
                kept.remove();
            }
        }

        Fragment<T> fragment() {
            List<T> items = new ArrayList<>(kept);
            items.sort(order);
            return new Fragment<>(items, total);
        }
    }
}
