package io.rollcall.gateway.tokens;

/** What came of looking at a token. */
public sealed interface TokenCheck<C> {

    /** Signed by us and in force. */
    record Valid<C>(C claims) implements TokenCheck<C> {}

    /** Signed by us, but its time is over. */
    record Expired<C>() implements TokenCheck<C> {}

    /** Not a token of ours, whatever it is. */
    record Invalid<C>() implements TokenCheck<C> {}
}
