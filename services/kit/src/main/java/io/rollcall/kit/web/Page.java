package io.rollcall.kit.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;

/**
 * Which page of a list is asked for: {@code page} from 1, {@code limit} 1 to 1000, 100 when absent. A controller takes
 * it as a parameter.
 */
@ParameterObject
public record Page(
        @Schema(defaultValue = "1", minimum = "1", requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        int page,

        @Schema(defaultValue = "100", minimum = "1", maximum = "1000", requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        int limit) {

    /** What a page holds when nobody says. */
    public static final int DEFAULT_LIMIT = 100;

    /** What a page holds at most. */
    public static final int MAX_LIMIT = 1000;

    /** Checks that both are in range. */
    public Page {
        if (page < 1) {
            throw new BadFieldException("page", "must be 1 or more");
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new BadFieldException("limit", "must be 1 to " + MAX_LIMIT);
        }
    }

    /** Reads both as a query gives them. */
    public static Page parse(@Nullable String page, @Nullable String limit) {
        return new Page(number("page", page, 1), number("limit", limit, DEFAULT_LIMIT));
    }

    /** How many entries come before this page. */
    public long offset() {
        return (page - 1L) * limit;
    }

    /** This page of a whole list; empty beyond its end. */
    public <T> List<T> of(List<T> all) {
        int from = (int) Math.min(offset(), all.size());
        return all.subList(from, Math.min(from + limit, all.size()));
    }

    private static int number(String field, @Nullable String text, int absent) {
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BadFieldException(field, "must be a whole number");
        }
    }
}
