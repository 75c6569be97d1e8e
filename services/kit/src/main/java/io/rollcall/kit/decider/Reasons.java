package io.rollcall.kit.decider;

/** The reasons for a refusal that every subject has. */
public final class Reasons {

    /** The command could not be understood. */
    public static final String INVALID = "INVALID";

    /** The same Idempotency-Key came before with another body. */
    public static final String KEY_REUSED = "KEY_REUSED";

    private Reasons() {}
}
