package io.rollcall.gateway.protocol;

import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.StreamPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server sends: the answer to a command, or a push that nobody asked for. */
public sealed interface Reply {

    /**
     * The session has begun.
     *
     * @param ttl how long the token is good for; null when it does not expire
     * @param ping how often the server pings and wants an answer
     */
    record Connected(
            long id,
            String client,
            String version,
            @Nullable Duration ttl,
            Duration ping,
            Map<String, Subscription> subs)
            implements Reply {
        public Connected {
            subs = Map.copyOf(subs);
        }
    }

    record Subscribed(long id, Subscription subscription) implements Reply {}

    record Unsubscribed(long id) implements Reply {}

    record HistoryRead(long id, List<Publication> publications, StreamPosition position) implements Reply {
        public HistoryRead {
            publications = List.copyOf(publications);
        }
    }

    record Ponged(long id) implements Reply {}

    record Refreshed(
            long id,
            String client,
            String version,
            @Nullable Duration ttl) implements Reply {}

    record SubRefreshed(long id, @Nullable Duration ttl) implements Reply {}

    record Failed(long id, ErrorCode error) implements Reply {}

    /** The server's ping. */
    record Ping() implements Reply {}

    record PublicationPush(String channel, Publication publication) implements Reply {}

    record UnsubscribePush(String channel, UnsubscribeCode code) implements Reply {}

    /**
     * The start of a subscription.
     *
     * @param ttl how long the subscription token is good for; null when there is none or it does not expire
     * @param position where it stands: the top of the stream, or where the client asked to go on; none where a stream
     *     has no positions
     * @param recovered whether {@code publications} and the pages behind them leave no hole
     */
    record Subscription(
            @Nullable Duration ttl,
            StreamPosition position,
            boolean wasRecovering,
            boolean recovered,
            List<Publication> publications) {
        public Subscription {
            publications = List.copyOf(publications);
        }
    }
}
