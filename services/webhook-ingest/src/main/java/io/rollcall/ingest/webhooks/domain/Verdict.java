package io.rollcall.ingest.webhooks.domain;

/** What the verifier says of a token, before the body has been read. */
public sealed interface Verdict {

    /** One of our secrets signed it, and it is in time; it speaks of a body with this digest. */
    record Signed(String apiKey, String digest) implements Verdict {}

    /** It is not LiveKit's, or not any more. */
    record Refused(Reason reason) implements Verdict {}

    /** Why a token was refused. */
    enum Reason {
        NO_TOKEN,
        MALFORMED,
        WRONG_ALGORITHM,
        UNKNOWN_KEY,
        WRONG_SIGNATURE,
        NO_EXPIRY,
        EXPIRED,
        NOT_YET_VALID,
        NO_DIGEST
    }
}
