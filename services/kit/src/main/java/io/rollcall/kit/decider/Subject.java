package io.rollcall.kit.decider;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Something that is decided: its pure rules, its topics, and how the two meet. Every function depends on its arguments
 * alone. All of one thing's commands carry its id as their key, and are decided one after the other.
 *
 * @param <C> what may be asked for, sealed
 * @param <S> what may be so, sealed
 * @param <E> what may have happened, sealed
 * @param <CR> a command on its topic
 * @param <ER> an event on its topic
 * @param <SR> a state on its topic and in the store
 */
public interface Subject<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord, SR extends SpecificRecord> {

    /** One word, from which the names of stores and nodes follow. */
    String name();

    /** Stamped by the broker: its clock is the only one. */
    Topic<CR> commands();

    /** Facts and answers, for ever. */
    Topic<ER> events();

    /** The state of every thing that there is. */
    Topic<SR> states();

    /** What is so before anything has happened. */
    S initial();

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
     * Reads a command.
     *
     * @throws PoisonCommandException when it cannot be understood
     */
    Received<C> received(CR command);

    /** Writes an event or a bare answer. */
    ER event(Told<E, S> told);

    /** Writes a state; null when nothing is left of it. */
    @Nullable
    SR record(S state);

    /** Reads a state. */
    S state(SR record);

    /** The answer that an event carries, where it carries one. */
    @Nullable
    Answer answer(ER event);

    /** A command that asks for nothing. */
    CR nothing(CommandHeader header);

    /** A command that says that time goes by. */
    CR tick(int partition);

    /** The partition that a tick names; null for any other command. */
    @Nullable
    Integer tickOf(CR command);
}
