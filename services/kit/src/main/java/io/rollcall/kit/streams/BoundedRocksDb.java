package io.rollcall.kit.streams;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * One bound for the memory of all stores of the process, blocks and write buffers together. Each store by itself may
 * take 50 MB for blocks and three write buffers of 16 MB: with a few stores and six partitions that is gigabytes.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

    /** The bound in bytes. */
    static final String MEMORY = "rollcall.rocksdb.memory";

    private static final long WRITE_BUFFER_BYTES = 2L * 1024 * 1024;

    /** Native memory that lives as long as the process: whoever comes first says how much. */
    private record Shared(Cache cache, WriteBufferManager buffers) {}

    private static @Nullable Shared shared;

    private static synchronized Shared shared(long bytes) {
        Shared made = shared;
        if (made == null) {
            var cache = new LRUCache(bytes);
            made = new Shared(cache, new WriteBufferManager(bytes / 2, cache));
            shared = made;
        }
        return made;
    }

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        Shared memory = shared(Long.parseLong(String.valueOf(configs.get(MEMORY))));
        var table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(memory.cache());
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(memory.buffers());
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    @Override
    public void close(String store, Options options) {}
}
