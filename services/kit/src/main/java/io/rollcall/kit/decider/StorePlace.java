package io.rollcall.kit.decider;

import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/** Where a subject's stores are; their changelogs are the same. */
public enum StorePlace {
    ON_DISK,
    IN_MEMORY;

    KeyValueBytesStoreSupplier supplier(String name) {
        return switch (this) {
            case ON_DISK -> Stores.persistentKeyValueStore(name);
            case IN_MEMORY -> Stores.inMemoryKeyValueStore(name);
        };
    }
}
