package io.rollcall.session.sessions.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as clients see it; what is absent is left out.
 *
 * @param clientSecret only in the answer to its creation, and no more once it has ended
 * @param status {@code created} or {@code connected}; not in the answer to its creation
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"id", "object", "client_secret", "ws_url", "room_id", "user_id", "status"})
record SessionAnswer(
        String id,
        String object,
        @JsonProperty("client_secret") @Nullable ClientSecret clientSecret,
        @JsonProperty("ws_url") String wsUrl,
        @JsonProperty("room_id") String roomId,
        @JsonProperty("user_id") String userId,
        @Nullable String status) {

    /**
     * What opens the room.
     *
     * @param value LiveKit's access token
     * @param expiresAt unix seconds
     */
    record ClientSecret(
            String value, @JsonProperty("expires_at") long expiresAt) {

        /** Everything but the secret. */
        @Override
        public String toString() {
            return "ClientSecret[expiresAt=" + expiresAt + "]";
        }
    }

    /** A page of sessions, oldest first. */
    record Listed(String object, List<SessionAnswer> data) {}

    /** A session that has ended by this request. */
    record Deleted(String id, String object, boolean deleted) {}
}
