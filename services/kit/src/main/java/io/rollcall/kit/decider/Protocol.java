package io.rollcall.kit.decider;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * How one asks a decider and hears its answer: all that who asks must know, in the decider's own service or in another.
 *
 * @param <CR> a command on its topic
 * @param <ER> an event on its topic
 */
public interface Protocol<CR extends SpecificRecord, ER extends SpecificRecord> {

    /** One word, from which the names of stores and nodes follow. */
    String name();

    /** Stamped by the broker: its clock is the only one. */
    Topic<CR> commands();

    /** Facts and answers, for ever. */
    Topic<ER> events();

    /** Answers to quiet commands, for a short time; null where there are none. */
    default @Nullable Topic<ER> replies() {
        return null;
    }

    /** Whether another service decides: this one is of use before that one answers. */
    default boolean decidedElsewhere() {
        return false;
    }

    /** The answer that an event carries, where it carries one. */
    @Nullable
    Answer answer(ER event);

    /**
     * A command that asks for nothing. Under an Idempotency-Key it keeps which body the key came with, in the partition it
     * is sent to.
     */
    CR nothing(CommandHeader header);
}
