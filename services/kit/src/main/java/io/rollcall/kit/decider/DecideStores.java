package io.rollcall.kit.decider;

import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.commands.AnsweredCommand;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What the runtime itself remembers in a partition: the answers that were given, and the time. */
final class DecideStores {

    private static final StoreSection<String, AnsweredCommand> ANSWERS =
            StoreSection.ofTheRuntime('A', Serdes.String(), new SingleObjectSerde<>(AnsweredCommand.class));
    private static final StoreSection<String, Long> CLOCK =
            StoreSection.ofTheRuntime('C', Serdes.String(), Serdes.Long());
    private static final String LAST_TICK = "last-tick-at";
    private static final String GRACE = "grace-until";

    /** A sweep looks at these, */
    private static final int LOOKED_AT = 1_000;

    /** and so many for each answer since the last one, so that no more than a third of all are there in vain. */
    private static final int LOOKED_AT_PER_ANSWER = 4;

    private final StoreSection.Writer<String, AnsweredCommand> answers;
    private final StoreSection.Writer<String, Long> clock;
    private @Nullable Long lastTickAt;
    private long graceUntil;
    private @Nullable String sweptUpTo;
    private int answersSinceSweep;

    DecideStores(KeyValueStore<Bytes, byte[]> store) {
        this.answers = ANSWERS.of(store);
        this.clock = CLOCK.of(store);
        this.lastTickAt = clock.get(LAST_TICK);
        Long grace = clock.get(GRACE);
        this.graceUntil = grace == null ? 0 : grace;
    }

    boolean remembersAnswers() {
        return !answers.isEmpty();
    }

    @Nullable
    AnsweredCommand answered(String commandId, long now) {
        AnsweredCommand answered = answers.get(commandId);
        // What a sweep has or has not reached yet decides nothing.
        return answered == null || answered.getForgottenAt() <= now ? null : answered;
    }

    void answered(String commandId, AnsweredCommand answered) {
        answers.put(commandId, answered);
        answersSinceSweep++;
    }

    void forget(String commandId) {
        answers.delete(commandId);
    }

    /**
     * Looks at some answers, where the last sweep has ended, and drops what is past. An index by time would be two more
     * records for each command.
     */
    void forgetAnswers(long now, int atMost) {
        long looks = LOOKED_AT + (long) LOOKED_AT_PER_ANSWER * answersSinceSweep;
        answersSinceSweep = 0;
        List<String> past = new ArrayList<>();
        try (KeyValueIterator<String, AnsweredCommand> some =
                sweptUpTo == null ? answers.all() : answers.from(sweptUpTo)) {
            while (looks-- > 0 && past.size() < atMost && some.hasNext()) {
                KeyValue<String, AnsweredCommand> entry = some.next();
                sweptUpTo = entry.key;
                if (entry.value.getForgottenAt() <= now) {
                    past.add(entry.key);
                }
            }
            if (!some.hasNext()) {
                sweptUpTo = null;
            }
        }
        past.forEach(answers::delete);
    }

    /** When the last tick came, or when there was last nothing to tick for. */
    @Nullable
    Long lastTickAt() {
        return lastTickAt;
    }

    void tickAt(long now) {
        clock.put(LAST_TICK, now);
        lastTickAt = now;
    }

    long graceUntil() {
        return graceUntil;
    }

    void graceUntil(long until) {
        clock.put(GRACE, until);
        graceUntil = until;
    }
}
