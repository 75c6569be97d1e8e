package io.rollcall.kit.peers;

import io.rollcall.kit.streams.StreamsRuntime;
import io.rollcall.kit.web.UnavailableException;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * This instance's stores as endpoints read them, copies included: while a partition changes its owner they still answer.
 * What is not restored yet, and a copy that is not near, does not ({@link StreamsRuntime#mayBeRead}).
 */
public final class StoreReader {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final StreamsRuntime streams;

    /** Reads the stores of these streams. */
    public StoreReader(StreamsRuntime streams) {
        this.streams = streams;
    }

    /** A partition of a store; to be used within {@link #asked}. */
    public <K, V> ReadOnlyKeyValueStore<K, V> store(String name, int partition) {
        KafkaStreams running = streams.running();
        if (!streams.mayBeRead(name, partition)) {
            throw new UnavailableException("A part of the state is being restored.", RETRY_AFTER);
        }
        return running.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<K, V>keyValueStore())
                .withPartition(partition)
                .enableStaleStores());
    }

    /**
     * The answer to a question to the stores.
     *
     * @throws UnavailableException when they are not on this instance or not open, which may be so at any time
     */
    public <T extends @Nullable Object> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (InvalidStateStoreException e) {
            throw new UnavailableException("A part of the state changes its place just now.", RETRY_AFTER);
        } catch (IllegalStateException e) {
            // Streams that are stopped in the middle of a question.
            if (streams.running().state().isRunningOrRebalancing()) {
                throw e;
            }
            throw new UnavailableException("The state stores are being closed.", RETRY_AFTER);
        }
    }
}
