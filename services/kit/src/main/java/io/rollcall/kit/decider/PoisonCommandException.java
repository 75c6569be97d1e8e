package io.rollcall.kit.decider;

/** A command that cannot be understood: it goes to the dead letters, and is answered all the same. */
public final class PoisonCommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong with it, without its contents. */
    public PoisonCommandException(String message) {
        super(message);
    }
}
