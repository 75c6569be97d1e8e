package io.rollcall.kit.decider;

import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.commands.AnsweredCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** The stores of one partition of a subject. Sweeps read ranges; nothing is ever walked through whole. */
final class DecideStores<SR extends SpecificRecord> {

    private static final byte[] NOTHING = new byte[0];
    private static final String LAST_RECORD = "last-record-at";
    private static final String GRACE = "grace-until";

    private final KeyValueStore<String, SR> states;
    private final KeyValueStore<Bytes, byte[]> deadlines;
    private final KeyValueStore<String, AnsweredCommand> answers;
    private final KeyValueStore<Bytes, byte[]> answersByEnd;
    private final KeyValueStore<String, Long> clock;

    DecideStores(Subject<?, ?, ?, ?, ?, SR> subject, ProcessorContext<?, ?> context) {
        this.states = context.getStateStore(states(subject));
        this.deadlines = context.getStateStore(subject.name() + "-deadlines");
        this.answers = context.getStateStore(subject.name() + "-answers-by-command");
        this.answersByEnd = context.getStateStore(subject.name() + "-answers-by-end");
        this.clock = context.getStateStore(subject.name() + "-clock");
    }

    static String states(Subject<?, ?, ?, ?, ?, ?> subject) {
        return subject.states().name() + "-by-id";
    }

    static <SR extends SpecificRecord> Set<StoreBuilder<?>> builders(
            Subject<?, ?, ?, ?, ?, SR> subject, StorePlace place) {
        return Set.of(
                store(
                        place,
                        states(subject),
                        Serdes.String(),
                        new SingleObjectSerde<>(subject.states().value())),
                store(place, subject.name() + "-deadlines", Serdes.Bytes(), Serdes.ByteArray()),
                store(
                        place,
                        subject.name() + "-answers-by-command",
                        Serdes.String(),
                        new SingleObjectSerde<>(AnsweredCommand.class)),
                store(place, subject.name() + "-answers-by-end", Serdes.Bytes(), Serdes.ByteArray()),
                // Changes with every record: the cache writes it once a commit.
                store(place, subject.name() + "-clock", Serdes.String(), Serdes.Long())
                        .withCachingEnabled());
    }

    private static <K, V> StoreBuilder<KeyValueStore<K, V>> store(
            StorePlace place, String name, Serde<K> keys, Serde<V> values) {
        return Stores.keyValueStoreBuilder(place.supplier(name), keys, values).withLoggingEnabled(Map.of());
    }

    @Nullable
    SR state(String id) {
        return states.get(id);
    }

    void state(String id, @Nullable SR state, @Nullable Long deadlineBefore, @Nullable Long deadline) {
        states.put(id, state);
        if (deadlineBefore != null && !deadlineBefore.equals(deadline)) {
            deadlines.delete(key(deadlineBefore, id));
        }
        if (deadline != null && !deadline.equals(deadlineBefore)) {
            deadlines.put(key(deadline, id), NOTHING);
        }
    }

    boolean awaitsDeadlines() {
        return any(deadlines);
    }

    boolean remembersAnswers() {
        return any(answersByEnd);
    }

    /** Whose time has come, the earliest first. */
    List<String> due(long now, int atMost) {
        return upTo(deadlines, now, atMost).stream().map(DecideStores::id).toList();
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
            answersByEnd.delete(key(before.getForgottenAt(), commandId));
        }
        answers.put(commandId, answered);
        answersByEnd.put(key(answered.getForgottenAt(), commandId), NOTHING);
    }

    void forgetAnswers(long now, int atMost) {
        for (Bytes ended : upTo(answersByEnd, now, atMost)) {
            answersByEnd.delete(ended);
            answers.delete(id(ended));
        }
    }

    @Nullable
    Long lastRecordAt() {
        return clock.get(LAST_RECORD);
    }

    void recordAt(long now) {
        clock.put(LAST_RECORD, now);
    }

    long graceUntil() {
        Long until = clock.get(GRACE);
        return until == null ? 0 : until;
    }

    void graceUntil(long until) {
        clock.put(GRACE, until);
    }

    private static boolean any(KeyValueStore<Bytes, byte[]> store) {
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            return all.hasNext();
        }
    }

    private static List<Bytes> upTo(KeyValueStore<Bytes, byte[]> store, long now, int atMost) {
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> due = store.range(key(0, ""), key(now + 1, ""))) {
            while (due.hasNext() && keys.size() < atMost) {
                keys.add(due.next().key);
            }
        }
        return keys;
    }

    /** Times are after 1970, so that their bytes sort as they do. */
    private static Bytes key(long time, String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(time)
                .put(text)
                .array());
    }

    private static String id(Bytes key) {
        return new String(key.get(), Long.BYTES, key.get().length - Long.BYTES, StandardCharsets.UTF_8);
    }
}
