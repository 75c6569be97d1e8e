package io.rollcall.presence.rooms.domain;

import java.util.List;

/**
 * What follows from one webhook or from one poll.
 *
 * @param changes everything that changes, in order: folded with {@code evolve} they give {@code after}
 * @param told the facts among them, with their place in the room's history
 * @param doubts what only LiveKit's room API can settle
 * @param after what is known then
 */
public record Decision(List<Change> changes, List<Told> told, List<Doubt> doubts, RoomState after) {

    /** How we know. */
    public enum Source {
        WEBHOOK,
        RECONCILER,
        TIMER
    }

    /** A question about a room. */
    public record Doubt(String roomSid, Reason reason) {

        /** What raised it. */
        public enum Reason {
            SUSPECT,
            EMPTY,
            COUNT_DIFFERS,
            ABSENT,
            UNREACHABLE
        }
    }

    /**
     * A fact in its place.
     *
     * @param sequence its place in the room's feed; 0 for one that has none
     * @param people how many people its session has after it
     * @param epoch how often its session had been opened
     * @param agency whose room it is, as the room's own metadata says
     */
    public record Told(Change.Fact fact, long sequence, int people, int epoch, String agency, Source source) {}

    /** How we know what was told last; what else we know, when nothing was told. */
    public Source source(Source otherwise) {
        return told.isEmpty() ? otherwise : told.getLast().source();
    }

    /** The same of a participant. */
    public Source source(String participantSid, Source otherwise) {
        Source source = otherwise;
        for (Told fact : told) {
            source = fact.fact().participantSid().equals(participantSid) ? fact.source() : source;
        }
        return source;
    }
}
