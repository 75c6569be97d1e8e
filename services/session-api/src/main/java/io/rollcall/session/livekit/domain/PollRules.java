package io.rollcall.session.livekit.domain;

import io.rollcall.session.livekit.domain.PollMemory.Asked;
import io.rollcall.session.livekit.domain.PollMemory.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * R10 and R12 on the side that asks: of which rooms a poll asks for the participants, and what it tells
 * presence-history. Rooms on which both agree get no record but for a look now and then.
 */
public final class PollRules {

    /** Every room is looked into once in so many polls, each time another part of them. */
    static final int LOOK_EVERY = 20;

    /** A webhook may take so long: LiveKit lists a room before we hear of it. */
    static final Duration SETTLING = Duration.ofSeconds(5);

    /** How long a room may be listed without anybody in it beyond LiveKit's own patience. */
    static final Duration OVERDUE = Duration.ofSeconds(30);

    /**
     * How many polls look into a difference or a doubt. Two, because one proves nothing; three, because presence-history
     * holds the last one back until another record comes. What has not settled then waits for the next look.
     */
    static final int LOOKS = 3;

    private PollRules() {}

    /**
     * What a poll has to do once the rooms are listed.
     *
     * @param ask keys of the listed rooms whose participants are to be asked for
     * @param absent rooms that are not listed
     * @param memory for {@link #conclude}
     */
    public record Plan(Set<String> ask, List<Finding.Absent> absent, PollMemory memory) {}

    /**
     * What a poll tells.
     *
     * @param findings one per room at most
     * @param memory for the next poll
     */
    public record Conclusion(List<Finding> findings, PollMemory memory) {}

    /** New doubts for the next polls. */
    public static PollMemory withDoubts(PollMemory memory, Collection<Doubt> doubts) {
        if (doubts.isEmpty()) {
            return memory;
        }
        Map<String, Asked> all = new HashMap<>(memory.doubts());
        doubts.forEach(doubt -> all.put(doubt.key(), new Asked(doubt, LOOKS)));
        return new PollMemory(memory.polls(), memory.rooms(), all);
    }

    /**
     * What follows from a listing.
     *
     * @param before the rooms that were open, by key, before LiveKit was asked: of others it need not know
     * @param now the rooms that are open, by key, when it has answered
     */
    public static Plan plan(
            Map<String, OpenRoom> before, Map<String, OpenRoom> now, Listing listing, PollMemory memory) {
        Set<String> ask = new LinkedHashSet<>();
        Map<String, Trace> traces = new HashMap<>();
        listing.rooms().forEach((key, room) -> {
            Trace last = memory.rooms().getOrDefault(key, Trace.NOTHING);
            Difference difference = difference(room, now.get(key), listing.askedAt());
            int polls = difference.words().equals(last.difference()) ? last.polls() + 1 : 1;
            var trace = new Trace(difference.words(), polls, last.unreachable());
            traces.put(key, trace);
            if (isToBeAsked(key, difference, trace, memory)) {
                ask.add(key);
            }
        });
        return new Plan(
                ask, absent(before, now, listing, memory), new PollMemory(memory.polls(), traces, memory.doubts()));
    }

    /** What follows from the answers; a room that was to be asked for and has none counts as unknown. */
    public static Conclusion conclude(Plan plan, Listing listing, Map<String, Attendance> attendances) {
        List<Finding> findings = new ArrayList<>(plan.absent());
        Map<String, Trace> traces = new HashMap<>(plan.memory().rooms());
        for (String key : plan.ask()) {
            ListedRoom room = Objects.requireNonNull(listing.rooms().get(key), "only listed rooms are asked for");
            Trace trace = Objects.requireNonNull(traces.get(key));
            switch (attendances.getOrDefault(key, new Attendance.Unknown())) {
                case Attendance.Present present -> {
                    findings.add(new Finding.Present(room, present.participants()));
                    traces.put(key, new Trace(trace.difference(), trace.polls(), 0));
                }
                case Attendance.Unreachable _ -> {
                    findings.add(new Finding.Unreachable(room));
                    traces.put(key, new Trace(trace.difference(), trace.polls(), trace.unreachable() + 1));
                }
                // That it is listed is known all the same.
                case Attendance.Unknown _ -> findings.add(new Finding.Present(room, null));
            }
        }
        traces.values().removeIf(trace -> trace.difference().isEmpty() && trace.unreachable() == 0);
        Map<String, Asked> doubts = new HashMap<>();
        plan.memory().doubts().forEach((key, asked) -> {
            if (asked.pollsLeft() > 1) {
                doubts.put(key, new Asked(asked.doubt(), asked.pollsLeft() - 1));
            }
        });
        return new Conclusion(findings, new PollMemory(plan.memory().polls() + 1, traces, doubts));
    }

    /**
     * How LiveKit and presence-history differ about a listed room.
     *
     * @param words the same as long as it is the same difference
     * @param from which of the polls in a row that find it look into it
     */
    private record Difference(String words, int from) {

        static final Difference NONE = new Difference("", Integer.MAX_VALUE);
    }

    private static Difference difference(ListedRoom room, @Nullable OpenRoom known, Instant askedAt) {
        if (known == null || !known.sid().equals(room.sid())) {
            return room.createdAt().plus(SETTLING).isAfter(askedAt)
                    ? Difference.NONE
                    : new Difference("not known: " + room.sid(), 1);
        }
        int hint = room.numParticipants();
        // LiveKit counts hidden ones but no agents and recorders: it may agree with either of our numbers.
        if (hint != known.connected() && hint != known.people()) {
            // Of the difference and not of the numbers, which change all the time in a busy room.
            return new Difference("differs by " + (hint - known.connected()), 2);
        }
        if (hint == 0 && known.connected() == 0 && isOverdue(room, known, askedAt)) {
            return new Difference("empty for too long", 1);
        }
        return Difference.NONE;
    }

    private static boolean isOverdue(ListedRoom room, OpenRoom known, Instant askedAt) {
        Duration patience = room.emptyTimeout().compareTo(room.departureTimeout()) > 0
                ? room.emptyTimeout()
                : room.departureTimeout();
        return known.lastActiveAt().plus(patience).plus(OVERDUE).isBefore(askedAt);
    }

    private static boolean isToBeAsked(String key, Difference difference, Trace trace, PollMemory memory) {
        boolean itsTurn = Math.floorMod(memory.polls() + key.hashCode(), LOOK_EVERY) == 0;
        if (itsTurn || trace.unreachable() >= PollMemory.STRIKES) {
            // Each question about a zombie costs LiveKit three seconds, and the answer is known.
            return itsTurn;
        }
        return trace.unreachable() > 0
                || memory.doubts().containsKey(key)
                || (trace.polls() >= difference.from() && trace.polls() <= LOOKS);
    }

    private static List<Finding.Absent> absent(
            Map<String, OpenRoom> before, Map<String, OpenRoom> now, Listing listing, PollMemory memory) {
        Map<String, Finding.Absent> absent = new LinkedHashMap<>();
        memory.doubts().forEach((key, asked) -> {
            if (!listing.rooms().containsKey(key)) {
                Doubt doubt = asked.doubt();
                absent.put(key, new Finding.Absent(doubt.name(), doubt.sid()));
            }
        });
        before.forEach((key, room) -> {
            OpenRoom still = now.get(key);
            if (!listing.rooms().containsKey(key)
                    && still != null
                    && still.sid().equals(room.sid())) {
                absent.put(key, new Finding.Absent(room.name(), room.sid()));
            }
        });
        return List.copyOf(absent.values());
    }
}
