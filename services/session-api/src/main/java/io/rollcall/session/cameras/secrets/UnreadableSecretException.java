package io.rollcall.session.cameras.secrets;

import org.jspecify.annotations.Nullable;

/** A secret that this service's key does not open. */
public final class UnreadableSecretException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableSecretException(@Nullable Exception cause) {
        super("the secret was sealed with another key, or for another camera", cause);
    }
}
