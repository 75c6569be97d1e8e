package io.rollcall.schemas;

import org.apache.kafka.common.errors.RetriableException;

/** The schema registry cannot be asked now; the same question may be answered later. */
public final class RegistryUnavailableException extends RetriableException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message) {
        super(message);
    }

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
