package io.rollcall.session.cameras.http;

import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.session.cameras.domain.CameraDecider.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What the deciders' refusals are to clients. */
final class CameraRefusals {

    private CameraRefusals() {}

    /** The event, unless it refuses. */
    static CameraEvent accepted(CameraEvent event) {
        Answer answer = event.getAnswer();
        if (answer == null || answer.getOutcome() != Outcome.REFUSED) {
            return event;
        }
        String reason = answer.getReason();
        if (reason.equals(Refusal.NOT_FOUND.name())) {
            throw notFound();
        }
        if (reason.equals(Refusal.NO_SECRET.name())) {
            throw new BadFieldException("rtsp_url", "is masked, and no stored credentials fit it");
        }
        if (reason.equals(Reasons.KEY_REUSED)) {
            throw CommandIds.reused();
        }
        throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
    }

    /** Why a row was refused. */
    static String words(String reason) {
        return reason.equals(Refusal.NO_SECRET.name())
                ? "rtsp_url is masked, and no stored credentials fit it"
                : "could not be recorded (" + reason + ")";
    }

    static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "Camera not found");
    }
}
