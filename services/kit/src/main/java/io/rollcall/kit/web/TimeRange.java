package io.rollcall.kit.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;

/**
 * The part of time a list is asked for, {@code from} and {@code to} in ISO-8601, each open when absent. It selects what
 * overlaps it. A controller takes it as a parameter.
 */
@ParameterObject
public record TimeRange(
        @Schema(requiredMode = Schema.RequiredMode.NOT_REQUIRED) @Nullable
        Instant from,

        @Schema(requiredMode = Schema.RequiredMode.NOT_REQUIRED) @Nullable
        Instant to) {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** Checks that the one is not after the other. */
    public TimeRange {
        if (from != null && to != null && from.isAfter(to)) {
            throw new BadFieldException("from", "must not be after to");
        }
    }

    /** Reads both as a query gives them. */
    public static TimeRange parse(@Nullable String from, @Nullable String to) {
        return new TimeRange(instant("from", from), instant("to", to));
    }

    /** Whether something that began and ended then (or has not ended) was there within it, borders included. */
    public boolean overlaps(Instant began, @Nullable Instant ended) {
        return (to == null || !began.isAfter(to)) && (from == null || ended == null || !ended.isBefore(from));
    }

    private static @Nullable Instant instant(String field, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            if (!instant.isBefore(EARLIEST) && !instant.isAfter(LATEST)) {
                return instant;
            }
        } catch (DateTimeException e) {
            // The same answer as for an instant that no calendar of ours holds.
        }
        throw new BadFieldException(field, "must be an ISO-8601 time such as 2026-01-31T12:00:00Z");
    }
}
