package io.rollcall.kit.decider;

import java.util.List;

/** What follows from a command. A refusal is an answer, not an exception. */
public sealed interface Decision<E> {

    /** These facts, at least one, in this order. */
    record Accepted<E>(List<E> events) implements Decision<E> {

        /** Takes a copy. */
        public Accepted {
            if (events.isEmpty()) {
                throw new IllegalArgumentException("what is accepted has an event; what changes nothing is unchanged");
            }
            events = List.copyOf(events);
        }
    }

    /** Nothing is to be done: it is so already. */
    record Unchanged<E>() implements Decision<E> {}

    /**
     * No.
     *
     * @param reason one upper-case word of the subject's
     * @param kept whether the same Idempotency-Key meets the same refusal again; not for a lack of room, which passes
     * @param events facts that the refusal itself is; mostly none
     */
    record Refused<E>(String reason, boolean kept, List<E> events) implements Decision<E> {

        /** Takes a copy. */
        public Refused {
            events = List.copyOf(events);
        }

        /** One that is no fact. */
        public Refused(String reason, boolean kept) {
            this(reason, kept, List.of());
        }
    }
}
