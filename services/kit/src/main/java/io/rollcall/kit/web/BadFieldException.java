package io.rollcall.kit.web;

import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A field, parameter or header of a request that cannot be accepted: 400, naming it. */
public final class BadFieldException extends ErrorResponseException {

    private static final long serialVersionUID = 1L;

    /** Says which one, and what it must be: {@code limit}, {@code must be 1 to 1000}. */
    public BadFieldException(String field, String message) {
        super(HttpStatus.BAD_REQUEST, problem(field, message), null);
    }

    private static ProblemDetail problem(String field, String message) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, field + " " + message);
        problem.setProperty("errors", List.of(Map.of("field", field, "message", message)));
        return problem;
    }
}
