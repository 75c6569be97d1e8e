package io.rollcall.kit.decider;

import io.rollcall.schemas.SingleObjectSerde;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Things that have one record each: by id, with an index of their deadlines. */
final class SingleRecords<C, S, ER extends SpecificRecord, SR extends SpecificRecord> implements Shelving<C, S, ER> {

    private static final byte[] NOTHING = new byte[0];

    private final Subject<C, S, ?, ?, ER, SR> subject;
    private final StoreSection<String, SR> states;
    private final StoreSection<Bytes, byte[]> deadlines;

    SingleRecords(Subject<C, S, ?, ?, ER, SR> subject) {
        this.subject = subject;
        this.states = new StoreSection<>(
                's', Serdes.String(), new SingleObjectSerde<>(subject.states().value()));
        this.deadlines = new StoreSection<>('d', Serdes.Bytes(), Serdes.ByteArray());
    }

    @Override
    public List<StateTopic<?>> topics() {
        return List.of(new StateTopic<>(subject.states(), null));
    }

    @Override
    public Shelf<C, S, ER> open(KeyValueStore<Bytes, byte[]> store, Teller teller) {
        return new Things(states.of(store), deadlines.of(store), teller);
    }

    private final class Things implements Shelf<C, S, ER> {

        private final StoreSection.Writer<String, SR> states;
        private final StoreSection.Writer<Bytes, byte[]> deadlines;
        private final Teller teller;

        Things(StoreSection.Writer<String, SR> states, StoreSection.Writer<Bytes, byte[]> deadlines, Teller teller) {
            this.states = states;
            this.deadlines = deadlines;
            this.teller = teller;
        }

        @Override
        public List<Supplier<Item<S>>> about(String key, C command, int atMost) {
            return List.of(() -> load(key));
        }

        @Override
        public Item<S> nothing(String key) {
            return new Item<>(key, subject.initial());
        }

        /** Nothing but the thing itself, which is looked at anyway. */
        @Override
        public List<Supplier<Item<S>>> dueBefore(String key, C command, long now, int atMost) {
            return List.of();
        }

        @Override
        public List<Supplier<Item<S>>> due(long now, int atMost) {
            return TimeKeys.upTo(deadlines, now, atMost).stream()
                    .<Supplier<Item<S>>>map(due -> () -> load(TimeKeys.id(due)))
                    .toList();
        }

        @Override
        public boolean awaitsDeadlines() {
            return !deadlines.isEmpty();
        }

        @Override
        public void save(Item<S> before, S after) {
            SR record = subject.record(after);
            if (record == null) {
                states.delete(before.key());
            } else {
                states.put(before.key(), record);
            }
            Instant was = subject.deadline(before.state());
            Instant is = subject.deadline(after);
            if (was != null && !was.equals(is)) {
                deadlines.delete(TimeKeys.key(was.toEpochMilli(), before.key()));
            }
            if (is != null && !is.equals(was)) {
                deadlines.put(TimeKeys.key(is.toEpochMilli(), before.key()), NOTHING);
            }
            teller.tell(subject.states(), before.key(), record);
        }

        private Item<S> load(String id) {
            @Nullable SR known = states.get(id);
            return known == null ? nothing(id) : new Item<>(id, subject.state(known));
        }
    }
}
