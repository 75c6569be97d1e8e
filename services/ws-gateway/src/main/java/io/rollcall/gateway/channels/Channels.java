package io.rollcall.gateway.channels;

import java.util.concurrent.CompletionStage;

/** Finds the stream behind the name of a channel. */
public interface Channels {

    /** Looks at what this instance has; answers at once and leaves nothing behind. */
    Lookup find(String channel);

    /** As {@link #find}, for somebody who is about to join: until {@link #released} the stream is kept. */
    Lookup open(String channel);

    /** Somebody who had opened a channel has left it, or never joined. */
    void released(String channel);

    /** Completes when this instance has everything that was in the log when it was asked; fails when Kafka is away. */
    CompletionStage<Void> caughtUp();

    /** What a name stands for. */
    sealed interface Lookup {

        /**
         * A read-only feed.
         *
         * @param agency whose it is; empty when it is nobody's or everybody's
         */
        record Feed(Stream stream, String agency) implements Lookup {}

        /** Nothing has this name; how long it is was not looked at. */
        record Unknown() implements Lookup {}

        /** No name can look like this, or be as long. */
        record BadName() implements Lookup {}

        /** There is such a channel, but not here: the operator has switched it off. */
        record SwitchedOff() implements Lookup {}
    }
}
