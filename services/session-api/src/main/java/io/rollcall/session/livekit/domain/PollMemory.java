package io.rollcall.session.livekit.domain;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is kept from one poll to the next; nothing of it need outlive its owner.
 *
 * @param polls how many there were
 * @param rooms what was found of the listed rooms, by key; only where there is something to remember
 * @param doubts what is still asked about, by key
 */
public record PollMemory(long polls, Map<String, Trace> rooms, Map<String, Asked> doubts) {

    /** Polls that find a room listed and nobody to answer for it until it is called a zombie. */
    static final int STRIKES = 3;

    /** Before the first poll. */
    public static final PollMemory NOTHING = new PollMemory(0, Map.of(), Map.of());

    /** Keeps what it is given as it is. */
    public PollMemory {
        rooms = Map.copyOf(rooms);
        doubts = Map.copyOf(doubts);
    }

    /**
     * Of a listed room.
     *
     * @param difference what differs between LiveKit and presence-history; empty when nothing does
     * @param polls how many polls in a row have found just this difference
     * @param unreachable how often in a row no node answered for it
     */
    record Trace(String difference, int polls, int unreachable) {

        static final Trace NOTHING = new Trace("", 0, 0);
    }

    /**
     * A doubt.
     *
     * @param pollsLeft how many more polls look into it
     */
    record Asked(Doubt doubt, int pollsLeft) {}

    /** Rooms that are listed and for which nobody has answered three times. */
    public Set<String> zombies() {
        return rooms.entrySet().stream()
                .filter(it -> it.getValue().unreachable() >= STRIKES)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
