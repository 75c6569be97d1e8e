package io.rollcall.gateway.tokens;

/** What came of looking at a token. */
public sealed interface TokenCheck<C> {

    /** Signed by somebody we believe, and in force. */
    record Valid<C>(C claims) implements TokenCheck<C> {}

    /** It was valid, but its time is over. */
    record Expired<C>() implements TokenCheck<C> {}

    /** Not a token of ours, whatever it is. */
    record Invalid<C>() implements TokenCheck<C> {}

    /** It cannot be told now: its issuer does not answer. */
    record Unknown<C>() implements TokenCheck<C> {}
}
