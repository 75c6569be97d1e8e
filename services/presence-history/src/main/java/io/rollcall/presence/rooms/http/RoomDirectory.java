package io.rollcall.presence.rooms.http;

import io.rollcall.kit.peers.Instances;
import io.rollcall.kit.peers.PeerClient;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.presence.rooms.http.RoomQueries.Filter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Answers from all instances: from the own stores what is here, from the others what is there. */
final class RoomDirectory {

    /** So many entries may come before the end of a page: every instance has to give them all. */
    static final int DEEPEST = 100_000;

    private final Instances instances;
    private final RoomQueries here;
    private final PeerClient peers;

    RoomDirectory(Instances instances, RoomQueries here, PeerClient peers) {
        this.instances = instances;
        this.here = here;
        this.peers = peers;
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
        return ofRoom(
                roomKey,
                "/room?key=" + encoded(roomKey),
                new TypeReference<>() {},
                partition -> here.room(partition, roomKey));
    }

    @Nullable
    Fragment<Stay> participants(String roomKey, Page page) {
        return ofRoom(
                roomKey,
                "/participants?key=" + encoded(roomKey) + paged(page),
                new TypeReference<>() {},
                partition -> here.participants(partition, roomKey, page));
    }

    @Nullable
    Fragment<EventAnswer> events(String roomKey, Page page) {
        return ofRoom(
                roomKey,
                "/events?key=" + encoded(roomKey) + paged(page),
                new TypeReference<>() {},
                partition -> here.events(partition, roomKey, page));
    }

    /** Nothing tells the partition of a sid: all are asked. */
    @Nullable
    SessionAnswer session(String roomSid) {
        List<Found<SessionAnswer>> found = instances.gather(
                instances.allPartitions(),
                (host, partitions) -> new Found<>(
                        instances.isSelf(host)
                                ? here.session(partitions, roomSid)
                                : peers.ask(
                                        host,
                                        "/session?sid=" + encoded(roomSid),
                                        partitions,
                                        new TypeReference<SessionAnswer>() {})));
        for (Found<SessionAnswer> one : found) {
            if (one.answer() != null) {
                return one.answer();
            }
        }
        return null;
    }

    /** The usage of all partitions together. */
    Usage usage(@Nullable String agency, TimeRange range) {
        String query = "/usage?format=parts" + filtered(new Filter(agency, null, range));
        return Usage.sum(instances
                .gather(
                        instances.allPartitions(),
                        (host, partitions) -> instances.isSelf(host)
                                ? here.usage(partitions, agency, range)
                                : known(peers.ask(host, query, partitions, new TypeReference<Usage>() {})))
                .stream()
                .flatMap(part -> part.lines().stream())
                .toList());
    }

    private record Found<T>(@Nullable T answer) {}

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
        List<Fragment<T>> fragments = instances.gather(
                instances.allPartitions(),
                (host, partitions) ->
                        instances.isSelf(host) ? local.first(partitions, top) : there(host, query, partitions, type));
        Fragment<T> merged = Fragment.merged(fragments, order, top);
        return new Fragment<>(page.of(merged.items()), merged.total());
    }

    private <T> Fragment<T> there(
            HostInfo host, String query, Collection<Integer> partitions, TypeReference<Fragment<T>> type) {
        return known(peers.ask(host, query, partitions, type));
    }

    private static <T> T known(@Nullable T answer) {
        if (answer == null) {
            throw new UnavailableException("Another instance does not know this question.", Duration.ofSeconds(1));
        }
        return answer;
    }

    private <T> @Nullable T ofRoom(
            String roomKey, String query, TypeReference<T> type, Function<Integer, @Nullable T> local) {
        int partition = instances.partitionOf(roomKey);
        return instances
                .gather(
                        List.of(partition),
                        (host, partitions) -> new Found<T>(
                                instances.isSelf(host)
                                        ? local.apply(partition)
                                        : peers.ask(host, query, partitions, type)))
                .getFirst()
                .answer();
    }

    private static String filtered(Filter filter) {
        return parameter("agency", filter.agency())
                + parameter("open", filter.open() == null ? null : filter.open().toString())
                + parameter("from", text(filter.range().from()))
                + parameter("to", text(filter.range().to()));
    }

    private static String paged(Page page) {
        return "&page=" + page.page() + "&limit=" + page.limit();
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : IsoInstants.text(instant);
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + encoded(value);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
