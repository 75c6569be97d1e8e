package io.rollcall.kit.web;

import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.Failure.Cause;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.json.JsonMapper;

/** Answers whatever a controller throws, in the shape of its surface. */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    private final SurfaceErrors errors;
    private final JsonMapper mapper;

    /** A body that was written here, unlike Spring's, whose words may tell of the inside. */
    private record Written(ProblemDetail problem) {}

    ProblemAdvice(SurfaceErrors errors, JsonMapper mapper) {
        this.errors = errors;
        this.mapper = mapper;
    }

    @ExceptionHandler(BodyTooLargeException.class)
    @Nullable
    ResponseEntity<Object> tooLarge(BodyTooLargeException e, WebRequest request) {
        return handleExceptionInternal(e, null, new HttpHeaders(), HttpStatus.CONTENT_TOO_LARGE, request);
    }

    @ExceptionHandler(Exception.class)
    @Nullable
    ResponseEntity<Object> unexpected(Exception e, WebRequest request) {
        LOG.atError()
                .addKeyValue(LogKeys.PATH, servlet(request).getRequestURI())
                .setCause(e)
                .log("a request failed");
        return handleExceptionInternal(e, null, new HttpHeaders(), HttpStatus.INTERNAL_SERVER_ERROR, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (NestedExceptionUtils.getMostSpecificCause(e) instanceof BodyTooLargeException tooLarge) {
            return tooLarge(tooLarge, request);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabindException wrong && !wrong.getPath().isEmpty()) {
                return badField(path(wrong), expectation(wrong), request);
            }
            if (cause instanceof JacksonException malformed) {
                var at = malformed.getLocation();
                String where = at == null || at.getLineNr() < 0
                        ? "."
                        : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ").";
                return malformed(e, "The body is not valid JSON" + where, request);
            }
        }
        return malformed(e, "The body is missing or malformed.", request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = e instanceof MethodArgumentTypeMismatchException argument
                ? argument.getName()
                : String.valueOf(e.getPropertyName());
        return badField(name, expectation(e.getRequiredType()), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return badField(e.getParameterName(), "is required", request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpServletRequest servlet = servlet(request);
        if (request instanceof ServletWebRequest web) {
            HttpServletResponse response = web.getResponse();
            if (response != null && response.isCommitted()) {
                return null;
            }
        }
        ProblemDetail problem = switch (e) {
            case ErrorResponseException own -> own.getBody();
            default -> body instanceof Written written ? written.problem() : Problem.of(status);
        };
        problem.setStatus(status.value());
        Cause cause = switch (e) {
            case BadFieldException _ -> Cause.BAD_FIELD;
            case HttpMessageNotReadableException _ -> Cause.MALFORMED_BODY;
            case NoResourceFoundException _, NoHandlerFoundException _ -> Cause.UNKNOWN_ROUTE;
            default -> Cause.OTHER;
        };
        return errors.answer(servlet, problem, cause, headers);
    }

    private @Nullable ResponseEntity<Object> malformed(Exception e, String detail, WebRequest request) {
        var written = new Written(ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, detail));
        return handleExceptionInternal(e, written, new HttpHeaders(), HttpStatus.BAD_REQUEST, request);
    }

    private @Nullable ResponseEntity<Object> badField(String field, String expectation, WebRequest request) {
        var bad = new BadFieldException(field, expectation);
        return handleExceptionInternal(bad, bad.getBody(), bad.getHeaders(), HttpStatus.BAD_REQUEST, request);
    }

    private String expectation(DatabindException wrong) {
        return wrong instanceof InvalidFormatException format
                ? expectation(format.getTargetType())
                : "has a value of the wrong type";
    }

    private String expectation(@Nullable Class<?> type) {
        if (type != null && type.isEnum()) {
            return "must be one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> mapper.convertValue(constant, String.class))
                            .collect(Collectors.joining(", "));
        }
        return "has a value of the wrong type";
    }

    private static String path(DatabindException wrong) {
        var path = new StringBuilder();
        for (var step : wrong.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    private static HttpServletRequest servlet(WebRequest request) {
        return ((ServletWebRequest) request).getRequest();
    }
}
