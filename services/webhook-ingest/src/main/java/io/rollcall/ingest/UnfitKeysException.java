package io.rollcall.ingest;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** The API keys that were given, or not given, must not be started with. Never holds a secret. */
final class UnfitKeysException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    UnfitKeysException(String what, String remedy) {
        super(what);
        this.remedy = remedy;
    }

    /** Says it to a person, without a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<UnfitKeysException> {

        @Override
        protected FailureAnalysis analyze(Throwable root, UnfitKeysException cause) {
            return new FailureAnalysis(cause.getMessage(), cause.remedy, cause);
        }
    }
}
