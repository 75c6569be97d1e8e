package io.rollcall.kit.web;

import java.io.IOException;

/** A body turned out to be longer than allowed while it was read: 413. */
public final class BodyTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    BodyTooLargeException(long limit) {
        super("the body is longer than " + limit + " bytes");
    }
}
