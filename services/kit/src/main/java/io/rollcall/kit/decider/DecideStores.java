package io.rollcall.kit.decider;

import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.commands.AnsweredCommand;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/** What the runtime itself remembers in a partition: the answers that were given, and the time. */
final class DecideStores {

    private static final byte[] NOTHING = new byte[0];
    private static final String LAST_TICK = "last-tick-at";
    private static final String GRACE = "grace-until";

    private final KeyValueStore<String, AnsweredCommand> answers;
    private final KeyValueStore<Bytes, byte[]> answersByEnd;
    private final KeyValueStore<String, Long> clock;

    DecideStores(Protocol<?, ?> protocol, ProcessorContext<?, ?> context) {
        this.answers = context.getStateStore(protocol.name() + "-answers-by-command");
        this.answersByEnd = context.getStateStore(protocol.name() + "-answers-by-end");
        this.clock = context.getStateStore(protocol.name() + "-clock");
    }

    static Set<StoreBuilder<?>> builders(Protocol<?, ?> protocol, StorePlace place) {
        return Set.of(
                place.store(
                        protocol.name() + "-answers-by-command",
                        Serdes.String(),
                        new SingleObjectSerde<>(AnsweredCommand.class)),
                place.store(protocol.name() + "-answers-by-end", Serdes.Bytes(), Serdes.ByteArray()),
                place.store(protocol.name() + "-clock", Serdes.String(), Serdes.Long())
                        .withCachingEnabled());
    }

    boolean remembersAnswers() {
        return TimeKeys.any(answersByEnd);
    }

    @Nullable
    AnsweredCommand answered(String commandId, long now) {
        AnsweredCommand answered = answers.get(commandId);
        // What a sweep has or has not reached yet decides nothing.
        return answered == null || answered.getForgottenAt() <= now ? null : answered;
    }

    void answered(String commandId, AnsweredCommand answered) {
        AnsweredCommand before = answers.get(commandId);
        if (before != null) {
            answersByEnd.delete(TimeKeys.key(before.getForgottenAt(), commandId));
        }
        answers.put(commandId, answered);
        answersByEnd.put(TimeKeys.key(answered.getForgottenAt(), commandId), NOTHING);
    }

    void forgetAnswers(long now, int atMost) {
        for (Bytes ended : TimeKeys.upTo(answersByEnd, now, atMost)) {
            answersByEnd.delete(ended);
            answers.delete(TimeKeys.id(ended));
        }
    }

    /** When the last tick came, or when there was last nothing to tick for. */
    @Nullable
    Long lastTickAt() {
        return clock.get(LAST_TICK);
    }

    void tickAt(long now) {
        clock.put(LAST_TICK, now);
    }

    long graceUntil() {
        Long until = clock.get(GRACE);
        return until == null ? 0 : until;
    }

    void graceUntil(long until) {
        clock.put(GRACE, until);
    }
}
