package io.rollcall.presence.rooms.domain;

import java.util.List;

/**
 * What follows from one webhook.
 *
 * @param changes everything that changes, in order: folded with {@code evolve} they give {@code after}
 * @param told the facts among them, with their place in the room's history
 * @param after what is known then
 */
public record Decision(List<Change> changes, List<Told> told, RoomState after) {

    /**
     * A fact in its place.
     *
     * @param sequence its place in the room's feed; 0 for one that has none
     * @param people how many people its session has after it
     * @param epoch how often its session had been opened
     * @param agency whose room it is, as the room's own metadata says
     */
    public record Told(Change.Fact fact, long sequence, int people, int epoch, String agency) {}
}
