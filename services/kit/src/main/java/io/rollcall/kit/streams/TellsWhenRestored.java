package io.rollcall.kit.streams;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorWrapper;
import org.apache.kafka.streams.processor.api.WrappedFixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.WrappedProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Lets every processor that brings stores tell {@link ReadableStores} of them. Stores that are only connected by their
 * names, and those of processors with a fixed key, are told of by nobody: endpoints do not read them.
 */
public final class TellsWhenRestored implements ProcessorWrapper {

    static final String STORES = "rollcall.readable.stores";

    private @Nullable ReadableStores readable;

    @Override
    public void configure(Map<String, ?> configs) {
        readable = (ReadableStores) configs.get(STORES);
    }

    @Override
    public <KI, VI, KO, VO> WrappedProcessorSupplier<KI, VI, KO, VO> wrapProcessorSupplier(
            String name, ProcessorSupplier<KI, VI, KO, VO> supplier) {
        Set<StoreBuilder<?>> stores = supplier.stores();
        if (stores == null) {
            return ProcessorWrapper.asWrapped(supplier);
        }
        ReadableStores told = Objects.requireNonNull(readable, STORES);
        Set<String> names = stores.stream().map(StoreBuilder::name).collect(Collectors.toUnmodifiableSet());
        return new WrappedProcessorSupplier<>() {
            @Override
            public Processor<KI, VI, KO, VO> get() {
                return told.telling(supplier.get(), names);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return stores;
            }
        };
    }

    @Override
    public <KI, VI, VO> WrappedFixedKeyProcessorSupplier<KI, VI, VO> wrapFixedKeyProcessorSupplier(
            String name, FixedKeyProcessorSupplier<KI, VI, VO> supplier) {
        return ProcessorWrapper.asWrappedFixedKey(supplier);
    }
}
