package io.rollcall.session.livekit;

import java.util.Objects;
import java.util.concurrent.CompletionException;

/** Why a call of LiveKit's room API brought nothing. Never says what a token or LiveKit's own text holds. */
public final class RoomApiException extends RuntimeException {

    private final Reason reason;
    private final String code;

    /** What went wrong. */
    public enum Reason {
        /** Nobody is there, or what answers is not LiveKit. */
        UNREACHABLE,
        /** Somebody is there and did not answer in time. */
        TIMEOUT,
        /** LiveKit answered with an error; {@link #code()} says which. */
        REFUSED,
        /** Not asked: LiveKit did not answer the last calls. */
        BREAKER_OPEN,
        /** Not asked: too many calls wait already. */
        BUSY
    }

    private RoomApiException(Reason reason, String code, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.code = code;
    }

    private RoomApiException(Reason reason, String code, String message) {
        super(message);
        this.reason = reason;
        this.code = code;
    }

    static RoomApiException unreachable(String method, Throwable cause) {
        return new RoomApiException(Reason.UNREACHABLE, "", method + ": LiveKit cannot be reached", cause);
    }

    static RoomApiException notLivekit(String method, int status) {
        return new RoomApiException(
                Reason.UNREACHABLE, "", method + ": what answered with status " + status + " is not LiveKit");
    }

    static RoomApiException timeout(String method, Throwable cause) {
        return new RoomApiException(Reason.TIMEOUT, "", method + ": LiveKit did not answer in time", cause);
    }

    static RoomApiException refused(String method, String code) {
        return new RoomApiException(Reason.REFUSED, code, method + ": LiveKit answered " + code);
    }

    static RoomApiException breakerOpen(String method) {
        return new RoomApiException(
                Reason.BREAKER_OPEN, "", method + ": not asked, LiveKit did not answer the last calls");
    }

    static RoomApiException busy(String method) {
        return new RoomApiException(Reason.BUSY, "", method + ": not asked, too many calls wait already");
    }

    /** The one inside of what a future throws; anything else comes out as it is. */
    public static RoomApiException of(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        if (cause instanceof RoomApiException known) {
            return known;
        }
        throw new IllegalStateException("a call of the room API failed by our own fault", cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    /** LiveKit's word for it, such as {@code not_found}; empty unless it answered. */
    public String code() {
        return code;
    }

    /** Whether LiveKit took our key or secret for wrong: every other call will end so too. */
    public boolean isAboutUs() {
        return isRefusal("unauthenticated") || isRefusal("permission_denied");
    }

    /** Whether LiveKit answered just this. */
    public boolean isRefusal(String ofThisCode) {
        return reason == Reason.REFUSED && code.equals(ofThisCode);
    }
}
