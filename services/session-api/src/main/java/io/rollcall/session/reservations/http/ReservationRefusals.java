package io.rollcall.session.reservations.http;

import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.statistics.LimitReached;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What quota-counter's refusals are to clients. */
final class ReservationRefusals {

    private static final String ALREADY_EXISTS = "ALREADY_EXISTS";
    private static final String NOT_FOUND = "NOT_FOUND";
    private static final String FORBIDDEN = "FORBIDDEN";
    private static final Duration UNTIL_OTHERS_END = Duration.ofSeconds(30);

    private ReservationRefusals() {}

    /** The event, unless it refuses. */
    static QuotaEvent accepted(QuotaEvent event) {
        Answer answer = event.getAnswer();
        if (answer == null || answer.getOutcome() != Outcome.REFUSED) {
            return event;
        }
        throw switch (answer.getReason()) {
            case LimitReached.AGENCY, LimitReached.TOTAL ->
                new LimitExceededException(LimitReached.of(event, answer.getReason()));
            case LimitReached.CAPACITY ->
                new UnavailableException(
                        "There are as many reservations as quota-counter has memory for (QUOTA_LEASE_CAPACITY)",
                        UNTIL_OTHERS_END);
            case NOT_FOUND -> notFound();
            case FORBIDDEN -> forbidden();
            case Reasons.KEY_REUSED -> CommandIds.reused();
            case ALREADY_EXISTS ->
                new ResponseStatusException(
                        HttpStatus.CONFLICT,
                        "The reservation of this " + CommandIds.HEADER + " is there; take a new key");
            default -> new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
        };
    }

    static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "Reservation not found");
    }

    static ResponseStatusException forbidden() {
        return new ResponseStatusException(HttpStatus.FORBIDDEN, "Forbidden");
    }

    static ResponseStatusException unknownCamera() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "Camera not found");
    }

    static ResponseStatusException notOnline(CameraStatus status) {
        return new ResponseStatusException(HttpStatus.CONFLICT, "Camera is not online: " + status);
    }
}
