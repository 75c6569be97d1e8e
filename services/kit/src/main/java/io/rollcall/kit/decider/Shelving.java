package io.rollcall.kit.decider;

import io.rollcall.schemas.Topic;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Where the states of some rules are kept, and on which topics they are told.
 *
 * @param <C> what may be asked for
 * @param <S> what a command is decided from
 * @param <ER> an event on its topic
 */
public interface Shelving<C, S, ER> {

    /**
     * A topic that tells of states.
     *
     * @param partitioner null where the partition follows from the key
     */
    record StateTopic<V extends SpecificRecord>(
            Topic<V> topic, @Nullable StreamPartitioner<String, V> partitioner) {}

    /** Tells a new state, or with null the end of one. */
    interface Teller {

        /** In the transaction of the record that is decided now. */
        <V extends SpecificRecord> void tell(Topic<V> topic, String key, @Nullable V state);
    }

    /** The topics, in the order of the topology's description. */
    List<StateTopic<?>> topics();

    /**
     * Opens a partition's shelf.
     *
     * @param store restored, for {@link StoreSection}s of the shelf's own
     */
    Shelf<C, S, ER> open(KeyValueStore<Bytes, byte[]> store, Teller teller);
}
