package io.rollcall.gateway.protocol;

/**
 * Why the server ends a connection. The code decides what a stock client does: it comes back after 3000 to 3499 and
 * stays away after 3500 to 3999.
 */
public enum Disconnect {
    CONNECTION_CLOSED(3000, "connection closed"),
    SHUTDOWN(3001, "shutdown"),
    SERVER_ERROR(3004, "internal server error"),
    EXPIRED(3005, "connection expired"),
    SUBSCRIPTION_EXPIRED(3006, "subscription expired"),
    SLOW(3008, "slow"),
    WRITE_ERROR(3009, "write error"),
    INSUFFICIENT_STATE(3010, "insufficient state"),
    FORCE_RECONNECT(3011, "force reconnect"),
    NO_PONG(3012, "no pong"),
    TOO_MANY_REQUESTS(3013, "too many requests"),
    INVALID_TOKEN(3500, "invalid token"),
    BAD_REQUEST(3501, "bad request"),
    STALE(3502, "stale"),
    FORCE_NO_RECONNECT(3503, "force disconnect"),
    CONNECTION_LIMIT(3504, "connection limit"),
    CHANNEL_LIMIT(3505, "channel limit"),
    PERMISSION_DENIED(3507, "permission denied"),
    NOT_AVAILABLE(3508, "not available");

    private final int code;
    private final String reason;

    Disconnect(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The words on the wire, short enough for a close frame. */
    public String reason() {
        return reason;
    }
}
