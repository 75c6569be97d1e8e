package io.rollcall.presence.rooms.http;

import static io.rollcall.kit.peers.PeerQueries.encoded;
import static io.rollcall.kit.peers.PeerQueries.parameter;

import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.presence.rooms.http.RoomQueries.Filter;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Answers from all instances: from the own stores what is here, from the others what is there. */
final class RoomDirectory {

    /** So many entries may come before the end of a page: every instance has to give them all. */
    static final int DEEPEST = 100_000;

    private final PeerQueries peers;
    private final RoomQueries here;

    RoomDirectory(PeerQueries peers, RoomQueries here) {
        this.peers = peers;
        this.here = here;
    }

    Fragment<RoomAnswer> rooms(Filter filter, Page page) {
        return list(
                "/rooms",
                filter,
                page,
                RoomAnswer.NEWEST_FIRST,
                new TypeReference<>() {},
                (partitions, top) -> here.rooms(partitions, filter, top));
    }

    Fragment<SessionAnswer> sessions(Filter filter, Page page) {
        return list(
                "/sessions",
                filter,
                page,
                SessionAnswer.NEWEST_FIRST,
                new TypeReference<>() {},
                (partitions, top) -> here.sessions(partitions, filter, top));
    }

    @Nullable
    RoomAnswer room(String roomKey) {
        return peers.ofKey(
                roomKey,
                "/room?key=" + encoded(roomKey),
                new TypeReference<>() {},
                partition -> here.room(partition, roomKey));
    }

    @Nullable
    Fragment<Stay> participants(String roomKey, Page page) {
        return peers.ofKey(
                roomKey,
                "/participants?key=" + encoded(roomKey) + paged(page),
                new TypeReference<>() {},
                partition -> here.participants(partition, roomKey, page));
    }

    @Nullable
    Fragment<EventAnswer> events(String roomKey, Page page) {
        return peers.ofKey(
                roomKey,
                "/events?key=" + encoded(roomKey) + paged(page),
                new TypeReference<>() {},
                partition -> here.events(partition, roomKey, page));
    }

    @Nullable
    SessionAnswer session(String roomSid) {
        return peers.ofAny(
                "/session?sid=" + encoded(roomSid),
                new TypeReference<>() {},
                partitions -> here.session(partitions, roomSid));
    }

    /** The usage of all partitions together. */
    Usage usage(@Nullable String agency, TimeRange range) {
        String query = "/usage?format=parts" + filtered(new Filter(agency, null, range));
        return Usage.sum(
                peers
                        .ofAll(
                                query,
                                new TypeReference<Usage>() {},
                                partitions -> here.usage(partitions, agency, range))
                        .stream()
                        .flatMap(part -> part.lines().stream())
                        .toList());
    }

    /** The first entries of some partitions of this instance. */
    private interface Local<T> {
        Fragment<T> first(Collection<Integer> partitions, long top);
    }

    private <T> Fragment<T> list(
            String path,
            Filter filter,
            Page page,
            Comparator<T> order,
            TypeReference<Fragment<T>> type,
            Local<T> local) {
        long top = page.offset() + page.limit();
        if (top > DEEPEST) {
            throw new BadFieldException(
                    "page", "reaches beyond entry " + DEEPEST + ": narrow the list with from and to instead");
        }
        String query = path + "?top=" + top + filtered(filter);
        List<Fragment<T>> fragments = peers.ofAll(query, type, partitions -> local.first(partitions, top));
        Fragment<T> merged = Fragment.merged(fragments, order, top);
        return new Fragment<>(page.of(merged.items()), merged.total());
    }

    private static String filtered(Filter filter) {
        return parameter("agency", filter.agency())
                + parameter("open", filter.open())
                + parameter("from", text(filter.range().from()))
                + parameter("to", text(filter.range().to()));
    }

    private static String paged(Page page) {
        return "&page=" + page.page() + "&limit=" + page.limit();
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : IsoInstants.text(instant);
    }
}
