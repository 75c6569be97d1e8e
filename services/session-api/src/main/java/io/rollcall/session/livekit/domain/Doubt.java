package io.rollcall.session.livekit.domain;

/**
 * A room that presence-history asks about.
 *
 * @param name empty for a room without one
 * @param sid empty when only the name is known
 */
public record Doubt(String name, String sid) {

    /** The key of the room on every topic. */
    public String key() {
        return name.isEmpty() ? sid : name;
    }
}
