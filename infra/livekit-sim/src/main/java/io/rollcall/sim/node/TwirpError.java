package io.rollcall.sim.node;

/** The errors of the room API, with the status that Twirp gives each. */
public enum TwirpError {
    INVALID_ARGUMENT("invalid_argument", 400),
    MALFORMED("malformed", 400),
    UNAUTHENTICATED("unauthenticated", 401),
    NOT_FOUND("not_found", 404),
    BAD_ROUTE("bad_route", 404),
    FAILED_PRECONDITION("failed_precondition", 412),
    UNKNOWN("unknown", 500),
    INTERNAL("internal", 500),
    UNIMPLEMENTED("unimplemented", 501),
    UNAVAILABLE("unavailable", 503);

    private final String code;
    private final int status;

    TwirpError(String code, int status) {
        this.code = code;
        this.status = status;
    }

    /** The word in the body. */
    public String code() {
        return code;
    }

    /** The status of the answer. */
    public int status() {
        return status;
    }
}
