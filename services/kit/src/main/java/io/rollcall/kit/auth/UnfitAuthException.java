package io.rollcall.kit.auth;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Authentication is on, and cannot be as it was configured. */
final class UnfitAuthException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    UnfitAuthException(String what, String remedy) {
        super(what);
        this.remedy = remedy;
    }

    /** Says it to a person, without a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<UnfitAuthException> {

        @Override
        protected FailureAnalysis analyze(Throwable root, UnfitAuthException cause) {
            return new FailureAnalysis(cause.getMessage() + ".", cause.remedy, cause);
        }
    }
}
