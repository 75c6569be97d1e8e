package io.rollcall.gateway.channels;

import java.util.concurrent.CompletionStage;

/** Two kinds of channels side by side: what the first does not know, the second may. */
public record ChannelsByName(Channels first, Channels second) implements Channels {

    @Override
    public Lookup find(String channel) {
        Lookup found = first.find(channel);
        return found instanceof Lookup.Unknown ? second.find(channel) : found;
    }

    @Override
    public Lookup open(String channel) {
        Lookup found = first.open(channel);
        return found instanceof Lookup.Unknown ? second.open(channel) : found;
    }

    @Override
    public void released(String channel) {
        first.released(channel);
        second.released(channel);
    }

    /** Only the first has positions to catch up to. */
    @Override
    public CompletionStage<Void> caughtUp() {
        return first.caughtUp();
    }
}
