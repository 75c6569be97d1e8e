package io.rollcall.ingest.webhooks.domain;

import org.jspecify.annotations.Nullable;

/** What a signed body turned out to be. */
public sealed interface Scan {

    /** An event, known to us or not. */
    record Event(Webhook webhook) implements Scan {}

    /**
     * Nothing that can be passed on as an event.
     *
     * @param cause what is wrong with it, without its contents
     * @param payload the body without secrets; null when it cannot be taken out safely
     */
    @SuppressWarnings("ArrayRecordComponent") // a body, handed on and never compared
    record Unreadable(String cause, byte @Nullable [] payload) implements Scan {}
}
