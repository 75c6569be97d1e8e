package io.rollcall.session.reservations.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reservation as clients see it; what is absent is left out.
 *
 * @param token opens the room; not in lists, and no more once the reservation has ended
 * @param expiresAt not in the answer to a repeated request whose reservation has ended
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "reservation_id",
    "camera_id",
    "camera_name",
    "room_name",
    "token",
    "livekit_url",
    "expires_at",
    "quality"
})
record ReservationAnswer(
        @JsonProperty("reservation_id") String reservationId,
        @JsonProperty("camera_id") String cameraId,
        @JsonProperty("camera_name") String cameraName,
        @JsonProperty("room_name") String roomName,
        @Nullable String token,
        @JsonProperty("livekit_url") String livekitUrl,
        @JsonProperty("expires_at") @Nullable Instant expiresAt,
        String quality) {

    /** Everything but the token. */
    @Override
    public String toString() {
        return "ReservationAnswer[reservationId=" + reservationId + ", cameraId=" + cameraId + "]";
    }

    /** Those of a user, the newest first. */
    record Listed(List<ReservationAnswer> reservations) {}

    /** One that was given back. */
    record Released(String status, String message) {}

    /** One whose viewer still watches. */
    record Beaten(String status) {}
}
