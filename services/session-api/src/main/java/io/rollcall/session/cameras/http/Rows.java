package io.rollcall.session.cameras.http;

import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.OutsideJson;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/** The rows of an import's body, one at a time: there is never more than one in memory as a tree. */
enum Rows {

    /** An object with an array {@code cameras}. */
    JSON {
        @Override
        void tell(byte[] body, Consumer<JsonNode> row) {
            try (JsonParser json = read(() -> MAPPER.createParser(body))) {
                expect(read(json::nextToken) == JsonToken.START_OBJECT);
                boolean found = false;
                while (read(json::nextToken) == JsonToken.PROPERTY_NAME) {
                    boolean cameras = json.currentName().equals("cameras");
                    JsonToken value = read(json::nextToken);
                    if (cameras && value != JsonToken.START_ARRAY) {
                        throw new BadFieldException("cameras", "must be an array");
                    }
                    if (cameras) {
                        found = true;
                        while (read(json::nextToken) != JsonToken.END_ARRAY) {
                            row.accept(read(() -> ROW.readTree(json)));
                        }
                    } else {
                        read(json::skipChildren);
                    }
                }
                expect(json.currentToken() == JsonToken.END_OBJECT && read(json::nextToken) == null);
                if (!found) {
                    throw new BadFieldException("cameras", "is required");
                }
            }
        }
    },

    /** A line with the names of the columns, and one for each camera. */
    CSV {
        @Override
        void tell(byte[] body, Consumer<JsonNode> row) {
            try (MappingIterator<Map<String, String>> lines = read(() -> LINES.readValues(body))) {
                while (read(lines::hasNextValue)) {
                    row.accept(camera(read(lines::nextValue)));
                }
            }
        }
    };

    private static final JsonMapper MAPPER = OutsideJson.mapper();
    private static final ObjectReader ROW = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectReader LINES = CsvMapper.builder()
            .enable(CsvReadFeature.SKIP_EMPTY_LINES, CsvReadFeature.IGNORE_TRAILING_UNMAPPABLE)
            .build()
            .readerForMapOf(String.class)
            .with(CsvSchema.emptySchema().withHeader());

    /**
     * Tells each row; what a row is to mean is the reader's business.
     *
     * @throws ResponseStatusException 400 when the body is no such document
     */
    abstract void tell(byte[] body, Consumer<JsonNode> row);

    /** Only what the body is read with may say that it is malformed; what is made of a row may not. */
    private static <T extends @Nullable Object> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    /** As it would stand in JSON; a cell that cannot be read stays the text that it is, which its field refuses. */
    private static ObjectNode camera(Map<String, String> line) {
        ObjectNode camera = JsonNodeFactory.instance.objectNode();
        ObjectNode location = JsonNodeFactory.instance.objectNode();
        line.forEach((column, cell) -> {
            if (cell == null || cell.isEmpty()) {
                return;
            }
            switch (column.strip()) {
                case "ptz_enabled" -> camera.set("ptz_enabled", flag(cell));
                case "metadata" -> camera.set("metadata", parsed(cell));
                case "latitude", "longitude" -> location.set(column.strip(), number(cell));
                case "address", "address_ar" -> location.put(column.strip(), cell);
                default -> camera.put(column.strip(), cell);
            }
        });
        if (!location.isEmpty()) {
            camera.set("location", location);
        }
        return camera;
    }

    private static JsonNode flag(String cell) {
        return switch (cell.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> JsonNodeFactory.instance.booleanNode(true);
            case "false", "0", "no" -> JsonNodeFactory.instance.booleanNode(false);
            default -> JsonNodeFactory.instance.stringNode(cell);
        };
    }

    private static JsonNode number(String cell) {
        try {
            return JsonNodeFactory.instance.numberNode(Double.parseDouble(cell.strip()));
        } catch (NumberFormatException e) {
            return JsonNodeFactory.instance.stringNode(cell);
        }
    }

    private static JsonNode parsed(String cell) {
        try {
            return MAPPER.readTree(cell);
        } catch (JacksonException e) {
            return JsonNodeFactory.instance.stringNode(cell);
        }
    }

    private static void expect(boolean so) {
        if (!so) {
            throw malformed();
        }
    }

    private static ResponseStatusException malformed() {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, "Invalid request body");
    }
}
