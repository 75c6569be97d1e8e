package io.rollcall.session.reads;

import java.util.List;

/** A page of somebody's list. */
public sealed interface Listing<V> {

    /** What is there, oldest first; fewer than were asked for when there are no more. */
    record Found<V>(List<V> items) implements Listing<V> {

        /** Keeps a copy. */
        public Found {
            items = List.copyOf(items);
        }
    }

    /** The page was to begin after something that is not, and in the last day was not, in this list. */
    record UnknownPosition<V>() implements Listing<V> {}
}
