package io.rollcall.kit.decider;

import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.commands.AnsweredCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime itself remembers in a partition: the answers that were given, by command and by when they may be
 * forgotten, and the time. One store: each has a changelog, whose partition is one more in every transaction, and those
 * are what a commit costs the broker.
 */
final class DecideStores {

    private static final byte ANSWER = 'a';
    private static final byte ANSWER_BY_END = 'e';
    private static final byte CLOCK = 'c';
    private static final byte[] NOTHING = new byte[0];
    private static final Bytes LAST_TICK = key(CLOCK, "last-tick-at");
    private static final Bytes GRACE = key(CLOCK, "grace-until");

    private final String name;
    private final KeyValueStore<Bytes, byte[]> store;
    private final Serde<AnsweredCommand> answers = new SingleObjectSerde<>(AnsweredCommand.class);

    DecideStores(Protocol<?, ?> protocol, ProcessorContext<?, ?> context) {
        this.name = name(protocol);
        this.store = context.getStateStore(name);
    }

    static Set<StoreBuilder<?>> builders(Protocol<?, ?> protocol, StorePlace place) {
        return Set.of(place.store(name(protocol), Serdes.Bytes(), Serdes.ByteArray()));
    }

    private static String name(Protocol<?, ?> protocol) {
        return protocol.name() + "-answers";
    }

    boolean remembersAnswers() {
        try (KeyValueIterator<Bytes, byte[]> ends = store.range(end(0, ""), end(Long.MAX_VALUE, ""))) {
            return ends.hasNext();
        }
    }

    @Nullable
    AnsweredCommand answered(String commandId, long now) {
        AnsweredCommand answered = answer(commandId);
        // What a sweep has or has not reached yet decides nothing.
        return answered == null || answered.getForgottenAt() <= now ? null : answered;
    }

    void answered(String commandId, AnsweredCommand answered) {
        forget(commandId);
        store.put(key(ANSWER, commandId), answers.serializer().serialize(name, answered));
        store.put(end(answered.getForgottenAt(), commandId), NOTHING);
    }

    void forget(String commandId) {
        AnsweredCommand before = answer(commandId);
        if (before != null) {
            store.delete(end(before.getForgottenAt(), commandId));
            store.delete(key(ANSWER, commandId));
        }
    }

    private @Nullable AnsweredCommand answer(String commandId) {
        return answers.deserializer().deserialize(name, store.get(key(ANSWER, commandId)));
    }

    void forgetAnswers(long now, int atMost) {
        List<Bytes> ended = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> ends = store.range(end(0, ""), end(now + 1, ""))) {
            while (ends.hasNext() && ended.size() < atMost) {
                ended.add(ends.next().key);
            }
        }
        for (Bytes end : ended) {
            store.delete(end);
            store.delete(key(ANSWER, id(end)));
        }
    }

    /** When the last tick came, or when there was last nothing to tick for. */
    @Nullable
    Long lastTickAt() {
        byte[] at = store.get(LAST_TICK);
        return at == null ? null : ByteBuffer.wrap(at).getLong();
    }

    void tickAt(long now) {
        store.put(LAST_TICK, bytes(now));
    }

    long graceUntil() {
        byte[] until = store.get(GRACE);
        return until == null ? 0 : ByteBuffer.wrap(until).getLong();
    }

    void graceUntil(long until) {
        store.put(GRACE, bytes(until));
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static Bytes key(byte kind, String id) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(1 + text.length).put(kind).put(text).array());
    }

    private static Bytes end(long time, String id) {
        byte[] key = TimeKeys.key(time, id).get();
        return Bytes.wrap(
                ByteBuffer.allocate(1 + key.length).put(ANSWER_BY_END).put(key).array());
    }

    private static String id(Bytes end) {
        return new String(end.get(), 1 + Long.BYTES, end.get().length - 1 - Long.BYTES, StandardCharsets.UTF_8);
    }
}
