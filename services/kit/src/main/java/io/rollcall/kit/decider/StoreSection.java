package io.rollcall.kit.decider;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One kind of thing in the store of a decider, under keys that begin with a byte of its own. All kinds share one store: a
 * store has a changelog, whose partition is one more in every transaction, and those are what a commit costs the broker.
 *
 * @param <K> sorts as its bytes do
 */
public final class StoreSection<K, V> {

    private final byte kind;
    private final Serde<K> keys;
    private final Serde<V> values;

    /**
     * Describes a section.
     *
     * @param kind a small letter; no two sections of a store have the same
     */
    public StoreSection(char kind, Serde<K> keys, Serde<V> values) {
        this(keys, values, kind);
        if (kind < 'a' || kind > 'z') {
            throw new IllegalArgumentException("a section's kind must be a small letter, not " + kind);
        }
    }

    private StoreSection(Serde<K> keys, Serde<V> values, char kind) {
        this.kind = (byte) kind;
        this.keys = keys;
        this.values = values;
    }

    /** One of the runtime's own, under a capital letter, so that no shelf can have the same. */
    static <K, V> StoreSection<K, V> ofTheRuntime(char kind, Serde<K> keys, Serde<V> values) {
        return new StoreSection<>(keys, values, kind);
    }

    /** The section of this store, to read. */
    public Reader<K, V> of(ReadOnlyKeyValueStore<Bytes, byte[]> store) {
        return new Reader<>(this, store);
    }

    /** The section of this store, to read and write. */
    public Writer<K, V> of(KeyValueStore<Bytes, byte[]> store) {
        return new Writer<>(this, store);
    }

    /** Reads a section. Iterators are to be closed. */
    public static class Reader<K, V> {

        private final StoreSection<K, V> section;
        private final ReadOnlyKeyValueStore<Bytes, byte[]> store;

        private Reader(StoreSection<K, V> section, ReadOnlyKeyValueStore<Bytes, byte[]> store) {
            this.section = section;
            this.store = store;
        }

        /** Null when there is none. */
        public @Nullable V get(K key) {
            return section.value(store.get(section.key(key)));
        }

        /** Everything, by key. */
        public KeyValueIterator<K, V> all() {
            return new Entries<>(section, store.range(section.start(), section.end()));
        }

        /** What has this key or a greater one. */
        public KeyValueIterator<K, V> from(K key) {
            return new Entries<>(section, store.range(section.key(key), section.end()));
        }

        /** From one key to another one, both included. */
        public KeyValueIterator<K, V> range(K from, K to) {
            return new Entries<>(section, store.range(section.key(from), section.key(to)));
        }

        /** The same, the greatest key first. */
        public KeyValueIterator<K, V> reverseRange(K from, K to) {
            return new Entries<>(section, store.reverseRange(section.key(from), section.key(to)));
        }

        /** Whether there is nothing. */
        public boolean isEmpty() {
            try (KeyValueIterator<K, V> all = all()) {
                return !all.hasNext();
            }
        }
    }

    /** Reads and writes a section. */
    public static final class Writer<K, V> extends Reader<K, V> {

        private final StoreSection<K, V> section;
        private final KeyValueStore<Bytes, byte[]> store;

        private Writer(StoreSection<K, V> section, KeyValueStore<Bytes, byte[]> store) {
            super(section, store);
            this.section = section;
            this.store = store;
        }

        /** Keeps a value. */
        public void put(K key, V value) {
            store.put(section.key(key), section.values.serializer().serialize("", value));
        }

        /** Drops what is there. */
        public void delete(K key) {
            store.delete(section.key(key));
        }
    }

    private Bytes key(K key) {
        byte[] own = keys.serializer().serialize("", key);
        return Bytes.wrap(ByteBuffer.allocate(1 + own.length).put(kind).put(own).array());
    }

    private Bytes start() {
        return Bytes.wrap(new byte[] {kind});
    }

    /** Before the first key of the next kind; nothing is kept under a kind alone. */
    private Bytes end() {
        return Bytes.wrap(new byte[] {(byte) (kind + 1)});
    }

    private K keyOf(Bytes stored) {
        byte[] bytes = stored.get();
        byte[] own = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, own, 0, own.length);
        return keys.deserializer().deserialize("", own);
    }

    private V value(byte[] stored) {
        return values.deserializer().deserialize("", stored);
    }

    private record Entries<K, V>(StoreSection<K, V> section, KeyValueIterator<Bytes, byte[]> stored)
            implements KeyValueIterator<K, V> {

        @Override
        public boolean hasNext() {
            return stored.hasNext();
        }

        @Override
        public KeyValue<K, V> next() {
            KeyValue<Bytes, byte[]> entry = stored.next();
            return KeyValue.pair(section.keyOf(entry.key), section.value(entry.value));
        }

        @Override
        public K peekNextKey() {
            return section.keyOf(stored.peekNextKey());
        }

        @Override
        public void close() {
            stored.close();
        }
    }
}
