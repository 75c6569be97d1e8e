package io.rollcall.gateway.channels.domain;

import java.util.List;

/** What a client that comes back can be given. */
public sealed interface Recovery {

    /** Everything it missed; {@code more} tells that further pages follow before it is live. */
    record Recovered(List<Publication> publications, boolean more) implements Recovery {
        public Recovered {
            publications = List.copyOf(publications);
        }
    }

    /** It can, but the ring does not reach back so far: the rest is in the archive. */
    record Archived() implements Recovery {}

    /** Some of it is gone, or the stream is another one. */
    record Lost() implements Recovery {}

    /** It has seen more than this instance has: who is right shows only once the instance has caught up. */
    record Ahead() implements Recovery {}

    /**
     * Decides.
     *
     * @param epoch the epoch of the stream; a client that names none is taken to mean it
     * @param archivedAfter everything behind this offset can be had elsewhere when the ring has let go of it
     */
    static Recovery of(Ring ring, String epoch, StreamPosition since, int pageLimit, long archivedAfter) {
        if (!since.epoch().isEmpty() && !since.epoch().equals(epoch)) {
            return new Lost();
        }
        if (since.offset() > ring.top()) {
            return new Ahead();
        }
        if (since.offset() < ring.floor()) {
            return since.offset() >= archivedAfter ? new Archived() : new Lost();
        }
        List<Publication> publications = ring.after(since.offset(), pageLimit);
        boolean more = !publications.isEmpty() && publications.getLast().offset() < ring.top();
        return new Recovered(publications, more);
    }
}
