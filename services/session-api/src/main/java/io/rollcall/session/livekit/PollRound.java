package io.rollcall.session.livekit;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.session.livekit.domain.Attendance;
import io.rollcall.session.livekit.domain.Listing;
import io.rollcall.session.livekit.domain.OpenRoom;
import io.rollcall.session.livekit.domain.PollMemory;
import io.rollcall.session.livekit.domain.PollRules;
import io.rollcall.session.livekit.domain.PollRules.Conclusion;
import io.rollcall.session.livekit.domain.PollRules.Plan;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One poll of LiveKit, without a waiting thread. An error means unknown and ends it, or that room's part of it. Where
 * webhooks alone tell who is in rooms, a poll only lists them, and their owners make and delete what is theirs.
 */
final class PollRound {

    private static final Logger LOG = LoggerFactory.getLogger(PollRound.class);

    private final RoomApi api;
    private final Supplier<Map<String, OpenRoom>> openRooms;
    private final List<RoomOwner> owners;
    private final InstantSource clock;
    private final boolean looksInside;

    /**
     * What came of one.
     *
     * @param attendances of the rooms that were asked about, by key
     * @param conclusion what presence-history is told
     * @param settled done as soon as the owners of rooms have done what follows
     */
    record Outcome(
            Listing listing,
            Map<String, Attendance> attendances,
            Conclusion conclusion,
            CompletableFuture<Void> settled) {}

    /**
     * Polls this LiveKit.
     *
     * @param looksInside whether it asks who is in rooms, and tells of it
     */
    PollRound(
            RoomApi api,
            Supplier<Map<String, OpenRoom>> openRooms,
            List<RoomOwner> owners,
            InstantSource clock,
            boolean looksInside) {
        this.api = api;
        this.openRooms = openRooms;
        this.owners = List.copyOf(owners);
        this.clock = clock;
        this.looksInside = looksInside;
    }

    boolean looksInside() {
        return looksInside;
    }

    /** Asks; fails when LiveKit does not list its rooms. */
    CompletableFuture<Outcome> start(PollMemory memory) {
        Map<String, OpenRoom> before = openRooms.get();
        Instant askedAt = clock.instant();
        return api.listRooms().thenCompose(rooms -> {
            Listing listing = Listing.of(askedAt, rooms);
            List<RoomOwner> ready = owners.stream().filter(RoomOwner::isReady).toList();
            return looksInside
                    ? look(before, listing, ready, memory)
                    : CompletableFuture.completedFuture(new Outcome(
                            listing,
                            Map.of(),
                            new Conclusion(List.of(), memory),
                            settle(ready, owner -> owner.settle(listing))));
        });
    }

    private CompletableFuture<Outcome> look(
            Map<String, OpenRoom> before, Listing listing, List<RoomOwner> ready, PollMemory memory) {
        Plan plan = PollRules.plan(before, openRooms.get(), listing, memory);
        Set<String> ask = new HashSet<>(plan.ask());
        ready.forEach(owner -> ask.addAll(owner.doubts(listing)));
        ask.retainAll(listing.rooms().keySet());
        return attendances(listing, ask)
                .thenApply(attendances -> new Outcome(
                        listing,
                        attendances,
                        PollRules.conclude(plan, listing, attendances),
                        settle(ready, owner -> owner.polled(listing, attendances))));
    }

    private CompletableFuture<Map<String, Attendance>> attendances(Listing listing, Set<String> ask) {
        Map<String, Attendance> attendances = new ConcurrentHashMap<>();
        return Bounded.forEach(ask, Bounded.CALLS_OF_A_POLL, key -> {
                    String name =
                            Objects.requireNonNull(listing.rooms().get(key)).name();
                    return api.listParticipants(name)
                            .<Attendance>thenApply(Attendance.Present::new)
                            .exceptionally(PollRound::unanswered)
                            .thenAccept(attendance -> attendances.put(key, attendance));
                })
                .thenApply(_ -> Map.copyOf(attendances));
    }

    private static Attendance unanswered(Throwable failure) {
        return RoomApiException.of(failure).isRefusal("unavailable")
                ? new Attendance.Unreachable()
                : new Attendance.Unknown();
    }

    private static CompletableFuture<Void> settle(
            List<RoomOwner> owners, Function<RoomOwner, CompletableFuture<?>> settling) {
        return CompletableFuture.allOf(owners.stream()
                .map(owner -> settling.apply(owner).exceptionally(failure -> {
                    LOG.atError()
                            .addKeyValue(LogKeys.REASON, DeadLetters.describe(failure))
                            .log("the owner of rooms failed in a poll");
                    return null;
                }))
                .toArray(CompletableFuture[]::new));
    }
}
