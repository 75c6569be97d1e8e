package io.rollcall.kit.kafka;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import org.apache.avro.Schema;

/** A registry that can be taken away. */
public final class SwitchableRegistry implements SchemaRegistry {

    private final FixedRegistry registry = new FixedRegistry();
    private volatile boolean away;

    public void away(boolean now) {
        away = now;
    }

    @Override
    public int id(String subject, Schema schema) {
        requireThere();
        return registry.id(subject, schema);
    }

    @Override
    public Schema schema(int id) {
        requireThere();
        return registry.schema(id);
    }

    private void requireThere() {
        if (away) {
            throw new RegistryUnavailableException("taken away by the test");
        }
    }
}
