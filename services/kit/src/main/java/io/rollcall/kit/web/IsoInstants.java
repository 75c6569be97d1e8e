package io.rollcall.kit.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Times as every surface writes them: ISO-8601 in UTC, always with milliseconds and {@code Z}. */
public final class IsoInstants extends SimpleModule {

    private static final long serialVersionUID = 1L;
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** A Jackson module for mappers of a service's own; the one of Spring has it already. */
    public IsoInstants() {
        super("iso-instants");
        addSerializer(new Serializer());
    }

    /** The text of a time. */
    public static String text(Instant instant) {
        return MILLISECONDS.format(instant);
    }

    private static final class Serializer extends StdSerializer<Instant> {

        Serializer() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator json, SerializationContext context) {
            json.writeString(text(value));
        }
    }
}
