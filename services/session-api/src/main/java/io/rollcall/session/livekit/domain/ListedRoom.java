package io.rollcall.session.livekit.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * A room as the room API shows it, without the password of its TURN server.
 *
 * @param sid LiveKit's id of this life of the room
 * @param name empty for a room without one
 * @param createdAt when it was made
 * @param emptyTimeout how long it stays when nobody comes
 * @param departureTimeout how long it stays when the last has left
 * @param maxParticipants how many may be in it; 0 when there is no limit
 * @param metadata whatever its maker wrote
 * @param numParticipants LiveKit's own count, up to some seconds old: a hint only
 */
public record ListedRoom(
        String sid,
        String name,
        Instant createdAt,
        Duration emptyTimeout,
        Duration departureTimeout,
        int maxParticipants,
        String metadata,
        int numParticipants) {

    /** The key it has on every topic: its name, or its sid when it has none. */
    public String key() {
        return name.isEmpty() ? sid : name;
    }
}
