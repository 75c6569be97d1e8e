package io.rollcall.gateway.protocol;

/** Why the server ends a subscription. Below 2500 is final, from there on a stock client subscribes again. */
public enum UnsubscribeCode {
    SERVER(2000, "server unsubscribe"),
    INSUFFICIENT_STATE(2500, "insufficient state"),
    EXPIRED(2501, "subscription expired");

    private final int code;
    private final String reason;

    UnsubscribeCode(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The words on the wire. */
    public String reason() {
        return reason;
    }
}
