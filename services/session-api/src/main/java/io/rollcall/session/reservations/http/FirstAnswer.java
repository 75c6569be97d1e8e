package io.rollcall.session.reservations.http;

import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an answer told the first time and is told again, whatever the camera is then and whether the reservation lives.
 * It travels as the note of a command under an Idempotency-Key.
 */
record FirstAnswer(String reservationId, String cameraId, String cameraName, String quality) {

    private static final JsonMapper JSON = JsonMapper.shared();

    String note() {
        return JSON.writeValueAsString(List.of(reservationId, cameraId, cameraName, quality));
    }

    /** The one that came with an answer; null where none did, and where it refuses. */
    static @Nullable FirstAnswer in(@Nullable Answer answer) {
        if (answer == null
                || answer.getOutcome() == Outcome.REFUSED
                || answer.getReason().isEmpty()) {
            return null;
        }
        String[] told = JSON.readValue(answer.getReason(), String[].class);
        return new FirstAnswer(told[0], told[1], told[2], told[3]);
    }
}
