package io.rollcall.kit.decider;

import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Where a subject's stores are; their changelogs are the same. */
public enum StorePlace {
    ON_DISK,
    IN_MEMORY;

    /** A store of this name, with a changelog. */
    public <K, V> StoreBuilder<KeyValueStore<K, V>> store(String name, Serde<K> keys, Serde<V> values) {
        return Stores.keyValueStoreBuilder(supplier(name), keys, values).withLoggingEnabled(Map.of());
    }

    private KeyValueBytesStoreSupplier supplier(String name) {
        return switch (this) {
            case ON_DISK -> Stores.persistentKeyValueStore(name);
            case IN_MEMORY -> Stores.inMemoryKeyValueStore(name);
        };
    }
}
