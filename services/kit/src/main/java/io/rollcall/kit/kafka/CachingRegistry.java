package io.rollcall.kit.kafka;

import io.rollcall.schemas.SchemaRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for ever what the registry has said, because it never changes: what is known goes on without the registry.
 * The registry itself is made when first asked, so that a service starts without it.
 */
final class CachingRegistry implements SchemaRegistry, AutoCloseable {

    private record Question(String subject, Schema schema) {}

    private final Supplier<SchemaRegistry> maker;
    private final ConcurrentMap<Question, Integer> ids = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private volatile @Nullable SchemaRegistry registry;

    CachingRegistry(Supplier<SchemaRegistry> maker) {
        this.maker = maker;
    }

    @Override
    public int id(String subject, Schema schema) {
        var question = new Question(subject, schema);
        Integer known = ids.get(question);
        if (known == null) {
            known = registry().id(subject, schema);
            ids.put(question, known);
            schemas.putIfAbsent(known, schema);
        }
        return known;
    }

    @Override
    public Schema schema(int id) {
        Schema known = schemas.get(id);
        if (known == null) {
            known = registry().schema(id);
            schemas.put(id, known);
        }
        return known;
    }

    private synchronized SchemaRegistry registry() {
        SchemaRegistry made = registry;
        if (made == null) {
            made = maker.get();
            registry = made;
        }
        return made;
    }

    @Override
    public void close() {
        if (registry instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("the registry's client does not close", e);
            }
        }
    }
}
