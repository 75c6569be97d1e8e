package io.rollcall.session.reservations.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.rollcall.kit.statistics.LimitReached;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** No slot is free: 429 with {@code Retry-After}. */
final class LimitExceededException extends ErrorResponseException {

    private static final long serialVersionUID = 1L;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /**
     * The answer's {@code error}.
     *
     * @param source the agency
     * @param current what is used, as the decision found it; of all agencies where their total is reached
     * @param limit of the same; 0 where none has been set
     */
    @JsonPropertyOrder({"code", "message_en", "message_ar", "source", "current", "limit"})
    record Body(
            String code,
            @JsonProperty("message_en") String messageEn,
            @JsonProperty("message_ar") String messageAr,
            String source,
            int current,
            int limit) {

        private static Body of(LimitReached reached) {
            String arabic =
                    reached.total() ? "تم الوصول إلى الحد الإجمالي" : "تم الوصول إلى حد الوكالة لـ " + reached.source();
            return new Body(
                    reached.code(),
                    reached.message(),
                    arabic + reached.usage(),
                    reached.source(),
                    reached.current(),
                    reached.limit());
        }
    }

    /** As it was decided. */
    LimitExceededException(LimitReached reached) {
        super(HttpStatus.TOO_MANY_REQUESTS, problem(reached), null);
    }

    private static ProblemDetail problem(LimitReached reached) {
        Body body = Body.of(reached);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.TOO_MANY_REQUESTS, body.messageEn());
        problem.setProperty(StreamErrors.LIMIT, body);
        return problem;
    }

    @Override
    public HttpHeaders getHeaders() {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()));
        return headers;
    }
}
