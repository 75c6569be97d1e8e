package io.rollcall.schemas;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/** Gives ids in the order of the questions, and counts them. */
final class MapRegistry implements SchemaRegistry {

    private final List<Schema> schemas = new ArrayList<>();
    private int questions;

    @Override
    public int id(String subject, Schema schema) {
        questions++;
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return schemas.indexOf(schema) + 1;
    }

    @Override
    public Schema schema(int id) {
        questions++;
        if (id < 1 || id > schemas.size()) {
            throw new SerializationException("no schema of id " + id);
        }
        return schemas.get(id - 1);
    }

    int questions() {
        return questions;
    }
}
