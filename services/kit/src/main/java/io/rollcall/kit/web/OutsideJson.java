package io.rollcall.kit.web;

import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON that anybody may send. Jackson keeps the names of fields that it has met in a table of thousands, for as long
 * as the process lives: with names of 50 000 characters, which one caller can make up as they please, more than all memory.
 */
public final class OutsideJson {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();
    private static final JsonMapper MAPPER = new JsonMapper(FACTORY);

    private OutsideJson() {}

    /** For reading token by token. */
    public static JsonFactory factory() {
        return FACTORY;
    }

    /** For small documents. */
    public static JsonMapper mapper() {
        return MAPPER;
    }
}
