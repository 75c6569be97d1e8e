package io.rollcall.kit.decider;

import io.rollcall.schemas.Topic;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rules about things of one kind, each with one record as its state. All of one thing's commands carry its id as their
 * key.
 *
 * @param <C> what may be asked for, sealed
 * @param <S> what may be so, sealed
 * @param <E> what may have happened, sealed
 * @param <CR> a command on its topic
 * @param <ER> an event on its topic
 * @param <SR> a state on its topic and in the store
 */
public interface Subject<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord, SR extends SpecificRecord>
        extends Rules<C, S, E, CR, ER> {

    /** The state of every thing that there is. */
    Topic<SR> states();

    /** What is so before anything has happened. */
    S initial();

    /** Writes a state; null when nothing is left of it. */
    @Nullable
    SR record(S state);

    /** Reads a state. */
    S state(SR record);
}
