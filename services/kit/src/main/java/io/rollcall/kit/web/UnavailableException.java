package io.rollcall.kit.web;

import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Something this request needs is not there now: 503 with {@code Retry-After}. */
public class UnavailableException extends ErrorResponseException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /** Says what is missing, in words for the caller, and when to come back (whole seconds, at least one). */
    public UnavailableException(String detail, Duration retryAfter) {
        super(
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, detail),
                null);
        this.retryAfter = retryAfter;
    }

    @Override
    public HttpHeaders getHeaders() {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, retryAfter.toSeconds())));
        return headers;
    }
}
