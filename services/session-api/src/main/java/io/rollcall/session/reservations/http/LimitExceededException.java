package io.rollcall.session.reservations.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** No slot is free: 429 with {@code Retry-After}. */
final class LimitExceededException extends ErrorResponseException {

    static final String AGENCY = "AGENCY_LIMIT_EXCEEDED";
    static final String TOTAL = "TOTAL_LIMIT_EXCEEDED";

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

        private static Body ofAgency(String source, int current, int limit) {
            String usage = " (" + current + "/" + limit + ")";
            return new Body(
                    AGENCY,
                    "Agency limit reached for " + source + usage,
                    "تم الوصول إلى حد الوكالة لـ " + source + usage,
                    source,
                    current,
                    limit);
        }

        private static Body ofAll(String source, int current, int limit) {
            String usage = " (" + current + "/" + limit + ")";
            return new Body(
                    TOTAL,
                    "Total limit reached" + usage,
                    "تم الوصول إلى الحد الإجمالي" + usage,
                    source,
                    current,
                    limit);
        }
    }

    /** As it was decided. */
    LimitExceededException(QuotaEvent refused, boolean total) {
        super(HttpStatus.TOO_MANY_REQUESTS, problem(refused, total), null);
    }

    private static ProblemDetail problem(QuotaEvent refused, boolean total) {
        Integer limit = total ? refused.getTotalLimit() : refused.getLimit();
        int most = limit == null ? 0 : limit;
        Body body = total
                ? Body.ofAll(refused.getAgency(), refused.getTotalUsage(), most)
                : Body.ofAgency(refused.getAgency(), refused.getUsageAfter(), most);
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
