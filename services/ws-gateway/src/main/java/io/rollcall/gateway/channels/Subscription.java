package io.rollcall.gateway.channels;

/** One subscriber's place in one stream. Its state belongs to the stream and is read and changed under its lock. */
public final class Subscription {

    /** Where it is in its life. */
    enum Phase {
        /** Behind: what it lacks is pulled from the ring, page by page. */
        CATCHING_UP,
        /** Has its answer and waits for what there is now, in a stream without positions. */
        AWAITING,
        /** Has everything; each publication is delivered when it comes. */
        LIVE,
        /** Over. */
        ENDED
    }

    private final String channel;
    private final Subscriber subscriber;
    private final Stream stream;
    Phase phase = Phase.CATCHING_UP;
    /** Where it began: everything from here to its position went to it. */
    long from;

    long position;
    int index = -1;

    /** Begins in no place; the channel is the name as the subscriber wrote it, which is the name it is sent back. */
    public Subscription(String channel, Subscriber subscriber, Stream stream) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.stream = stream;
    }

    public String channel() {
        return channel;
    }

    public Stream stream() {
        return stream;
    }

    Subscriber subscriber() {
        return subscriber;
    }
}
