package io.rollcall.kit.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/**
 * A request that is refused or went wrong, before the surface it came to gives it a shape. Nothing in it tells of the
 * inside.
 *
 * @param cause what kind of failure it is, where the status alone does not say
 * @param method as asked for
 * @param path as asked for, still encoded, without the query; empty when it could not be read
 * @param problem the answer as problem details: status, words, and what the thrower added as properties
 */
public record Failure(Cause cause, String method, String path, ProblemDetail problem) {

    /** Kinds of failures that surfaces have words of their own for. */
    public enum Cause {
        /** 401: there is no bearer token. */
        MISSING_TOKEN,
        /** 401: there is one, and it is not in force. */
        INVALID_TOKEN,
        /** 404: there is no such route, unlike a thing that is not there. */
        UNKNOWN_ROUTE,
        /** 400: the body is missing, or is not what its content type says. */
        MALFORMED_BODY,
        /** 400: one field, parameter or header is wrong; the property {@code errors} names it. */
        BAD_FIELD,
        /** The status says it. */
        OTHER
    }

    /** The status of the answer. */
    public HttpStatusCode status() {
        return HttpStatusCode.valueOf(problem.getStatus());
    }

    /** Words for the caller. */
    public String detail() {
        String detail = problem.getDetail();
        return detail == null ? Problem.words(problem.getStatus()) : detail;
    }

    /** What the thrower added under this name. */
    public @Nullable Object property(String name) {
        Map<String, Object> properties = problem.getProperties();
        return properties == null ? null : properties.get(name);
    }
}
