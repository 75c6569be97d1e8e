package io.rollcall.presence.rooms.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * What polls of the room API have found of an open room and not yet settled: one poll proves nothing.
 *
 * @param absentSince when it was first not listed; null while it is
 * @param unreachable how many polls in a row found it listed without a node that answers
 * @param unreachableAt the last of them
 * @param emptySince record time of the first poll that found nobody in it
 * @param differsSince record time of the first poll that counted otherwise than we do
 * @param missing when a participant was first not listed, by participant sid
 */
public record Watch(
        @Nullable Instant absentSince,
        int unreachable,
        @Nullable Instant unreachableAt,
        @Nullable Instant emptySince,
        @Nullable Instant differsSince,
        PMap<String, Instant> missing) {

    public static final Watch NOTHING = new Watch(null, 0, null, null, null, HashTreePMap.empty());

    private static final int POLLS_OF_A_ZOMBIE = 3;

    /** LiveKit cuts the times of its events to whole seconds. */
    private static final Duration CUT = Duration.ofSeconds(1);

    /** Listed, but nobody has answered for it three times. */
    public boolean zombie() {
        return unreachable >= POLLS_OF_A_ZOMBIE;
    }

    /** After an event that LiveKit sent of the room, and of a participant of it when there is one. */
    Watch heardOf(String participantSid, Instant createdAt) {
        Instant latest = createdAt.plus(CUT);
        return new Watch(
                absentSince != null && latest.isAfter(absentSince) ? null : absentSince,
                unreachableAt != null && latest.isAfter(unreachableAt) ? 0 : unreachable,
                unreachableAt != null && latest.isAfter(unreachableAt) ? null : unreachableAt,
                emptySince,
                differsSince,
                missing.containsKey(participantSid) && latest.isAfter(missing.get(participantSid))
                        ? missing.minus(participantSid)
                        : missing);
    }

    Watch absent(Instant since) {
        return new Watch(since, 0, null, emptySince, differsSince, missing);
    }

    Watch unreachable(Instant at) {
        return new Watch(null, unreachable + 1, at, emptySince, differsSince, missing);
    }

    Watch listed() {
        return new Watch(null, unreachable, unreachableAt, emptySince, differsSince, missing);
    }

    Watch answered() {
        return new Watch(null, 0, null, emptySince, differsSince, missing);
    }

    Watch empty(@Nullable Instant since) {
        return new Watch(absentSince, unreachable, unreachableAt, since, differsSince, missing);
    }

    Watch differs(@Nullable Instant since) {
        return new Watch(absentSince, unreachable, unreachableAt, emptySince, since, missing);
    }

    Watch missing(String participantSid, Instant since) {
        return new Watch(
                absentSince, unreachable, unreachableAt, emptySince, differsSince, missing.plus(participantSid, since));
    }

    Watch missingOnly(Set<String> participantSids) {
        PMap<String, Instant> kept = missing;
        for (String sid : missing.keySet()) {
            kept = participantSids.contains(sid) ? kept : kept.minus(sid);
        }
        return new Watch(absentSince, unreachable, unreachableAt, emptySince, differsSince, kept);
    }
}
