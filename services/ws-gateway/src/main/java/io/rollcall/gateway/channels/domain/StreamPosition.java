package io.rollcall.gateway.channels.domain;

/**
 * A place in a stream: the same number means the same publication for as long as the epoch is the same, on every
 * instance.
 */
public record StreamPosition(String epoch, long offset) {
    /** Before everything, of no particular stream. */
    public static final StreamPosition NONE = new StreamPosition("", 0);
}
