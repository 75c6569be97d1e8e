package io.rollcall.kit.decider;

import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is decided: pure rules, and how they meet their topics. Every function depends on its arguments alone. What is
 * decided together is in one partition, and is decided one after the other.
 *
 * @param <C> what may be asked for, sealed
 * @param <S> what a command is decided from
 * @param <E> what may have happened, sealed
 * @param <CR> a command on its topic
 * @param <ER> an event on its topic
 */
public interface Rules<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord> extends Protocol<CR, ER> {

    /** What follows from a command. */
    Decision<E> decide(C command, S state, Instant now);

    /** What is so after an event. Never throws. */
    S evolve(S state, E event);

    /** When something ends by itself; null when nothing will. */
    @Nullable
    Instant deadline(S state);

    /** What happens at that time: at least one event, after which the deadline is another one. */
    List<E> expire(S state, Instant now);

    /**
     * Whether a command changes the state without an event that others read, as a heartbeat does. Its answer is on
     * {@link #replies()} and is not remembered: the same command again is decided again.
     */
    default boolean quiet(C command) {
        return false;
    }

    /**
     * The id of a command that this one takes back because its answer reached nobody: it is forgotten, so that the same
     * Idempotency-Key may ask again, unless this one changes nothing. Null where none is.
     */
    default @Nullable String undoes(C command) {
        return null;
    }

    /**
     * Reads a command.
     *
     * @throws PoisonCommandException when it cannot be understood
     */
    Received<C> received(CR command);

    /** Writes an event or a bare answer. */
    ER event(Told<E, S> told);

    /** A command that says that time goes by. */
    CR tick(int partition);

    /** The partition that a tick names; null for any other command. */
    @Nullable
    Integer tickOf(CR command);
}
