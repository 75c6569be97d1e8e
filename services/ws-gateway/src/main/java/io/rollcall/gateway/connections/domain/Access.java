package io.rollcall.gateway.connections.domain;

import java.util.Set;

/** Which read-only feeds somebody may see. */
public record Access(boolean everything, Set<String> agencies) {
    /** Nothing at all. */
    public static final Access NONE = new Access(false, Set.of());

    /** What everybody has while authentication is off. */
    public static final Access ALL = new Access(true, Set.of());

    public Access {
        agencies = Set.copyOf(agencies);
    }

    /**
     * Whether it reaches a feed.
     *
     * @param agency whose feed it is; empty when it is nobody's or everybody's
     */
    public boolean mayRead(String agency) {
        return everything || (!agency.isEmpty() && agencies.contains(agency));
    }
}
