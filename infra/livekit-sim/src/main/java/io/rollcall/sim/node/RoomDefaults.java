package io.rollcall.sim.node;

/**
 * How rooms are made when nobody says otherwise.
 *
 * @param autoCreate whether a join makes a room that is not there
 * @param emptyTimeout seconds after which a room closes that nobody ever joined
 * @param departureTimeout seconds after which a room closes that everybody left
 * @param maxParticipants how many may be in a room; 0 for any number
 * @param remoteUnmute whether the room API may unmute
 */
public record RoomDefaults(
        boolean autoCreate, int emptyTimeout, int departureTimeout, int maxParticipants, boolean remoteUnmute) {

    /** LiveKit's own. */
    public static RoomDefaults ofLivekit() {
        return new RoomDefaults(true, 300, 20, 0, false);
    }
}
