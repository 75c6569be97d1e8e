package io.rollcall.session.reservations.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.session.reservations.http.ReserveSaga.Reserved;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponse;

/** Counts what became of requests to reserve, by agency. */
final class ReservationCounts {

    private ReservationCounts() {}

    /** Those for a camera that nobody knows are not counted: their agencies would be anything. */
    static void count(MeterRegistry meters, String agency, @Nullable Reserved reserved, @Nullable Throwable failure) {
        if (agency.isEmpty()) {
            return;
        }
        Counter.builder("stream.reservations")
                .description("What became of requests to reserve a stream")
                .tag("source", agency)
                .tag("status", reserved != null ? "reserved" : status(failure))
                .register(meters)
                .increment();
    }

    private static String status(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        int status = cause instanceof ErrorResponse answer
                ? answer.getStatusCode().value()
                : HttpStatus.INTERNAL_SERVER_ERROR.value();
        return switch (status) {
            case 409 -> "not_online";
            case 429 -> "limit_reached";
            case 503 -> "unavailable";
            default -> "failed";
        };
    }
}
