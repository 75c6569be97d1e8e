package io.rollcall.kittest;

import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A registry without a server, for tests in which schemas are not the matter. An id is made from the schema itself, so
 * that two instances agree; the schemas of the catalogue are known from the start.
 */
public final class FixedRegistry implements SchemaRegistry {

    private final ConcurrentMap<Integer, Schema> schemas = new ConcurrentHashMap<>();

    /** Knows the schemas of the catalogue. */
    public FixedRegistry() {
        for (Topic<?> topic : Topics.all()) {
            id(topic.subject(), SpecificData.get().getSchema(topic.value()));
        }
    }

    @Override
    public int id(String subject, Schema schema) {
        int id = (int) (SchemaNormalization.parsingFingerprint64(schema) & Integer.MAX_VALUE);
        Schema known = schemas.putIfAbsent(id, schema);
        if (known != null && !known.equals(schema)) {
            throw new IllegalStateException(
                    "two schemas have the id " + id + ": " + known.getFullName() + " and " + schema.getFullName());
        }
        return id;
    }

    @Override
    public Schema schema(int id) {
        Schema schema = schemas.get(id);
        if (schema == null) {
            throw new SerializationException("no schema has the id " + id);
        }
        return schema;
    }
}
