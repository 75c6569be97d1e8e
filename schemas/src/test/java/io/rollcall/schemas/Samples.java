package io.rollcall.schemas;

import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record of every class with every field set to something else than its default, made from the schema: a new field is in
 * it without anybody thinking of it.
 */
final class Samples {

    static final Room ROOM = of(Room.class);
    static final RoomEvent ROOM_EVENT = of(RoomEvent.class);
    static final LivekitEvent LIVEKIT_EVENT = of(LivekitEvent.class);
    static final Participant PARTICIPANT = of(Participant.class);
    static final DeadLetter DEAD_LETTER = of(DeadLetter.class);

    private Samples() {}

    static <V extends SpecificRecord> V of(Class<V> type) {
        Schema schema = SpecificData.get().getSchema(type);
        return type.cast(value(schema, schema.getName()));
    }

    private static Object value(Schema schema, String name) {
        return switch (schema.getType()) {
            case RECORD -> record(schema);
            case UNION -> value(lastOf(schema.getTypes()), name);
            case ENUM -> SpecificData.get().createEnum(lastOf(schema.getEnumSymbols()), schema);
            case STRING -> name + " ünïcode, a/slash and 中文";
            case BYTES -> ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8));
            case INT -> 1_000 + name.length();
            case LONG ->
                schema.getLogicalType() == null
                        ? (Object) (1_000_000_000_000L + name.length())
                        : Instant.ofEpochMilli(1_764_000_000_123L + name.length());
            case BOOLEAN -> !name.equals("person");
            case DOUBLE -> 0.5 + name.length();
            case FLOAT -> 0.25f + name.length();
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                items.add(value(schema.getElementType(), name));
                items.add(value(schema.getElementType(), name + "2"));
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                entries.put("agency", value(schema.getValueType(), name));
                yield entries;
            }
            case FIXED, NULL -> throw new IllegalArgumentException("no sample of a " + schema.getType());
        };
    }

    private static Object record(Schema schema) {
        var record =
                (SpecificRecord) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
        for (Schema.Field field : schema.getFields()) {
            record.put(field.pos(), value(field.schema(), field.name()));
        }
        return record;
    }

    private static <T> T lastOf(List<T> list) {
        return list.getLast();
    }
}
