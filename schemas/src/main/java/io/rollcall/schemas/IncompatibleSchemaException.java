package io.rollcall.schemas;

/** A schema that cannot live next to the versions which the registry has of it. */
public final class IncompatibleSchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IncompatibleSchemaException(String subject, String reason, Throwable cause) {
        super(
                "the registry refuses this version of " + subject + ": old readers could not read it, or it could not"
                        + " read what was written before. Add fields with defaults instead of changing what is there. "
                        + reason,
                cause);
    }
}
