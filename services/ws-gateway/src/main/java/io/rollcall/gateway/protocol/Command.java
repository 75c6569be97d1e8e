package io.rollcall.gateway.protocol;

import io.rollcall.gateway.channels.domain.StreamPosition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client asks for. */
public sealed interface Command {

    /** Begins the session; {@code subs} tells how far the client is in the channels that its token gives it. */
    record Connect(long id, String token, Map<String, Resume> subs) implements Command {
        public Connect {
            subs = Map.copyOf(subs);
        }
    }

    /**
     * Asks for what is published from now on, or from where the client was.
     *
     * @param rejectUnrecoverable whether the client wants error 112 rather than a subscription with a hole before it
     */
    record Subscribe(long id, String channel, String token, Resume resume, boolean rejectUnrecoverable)
            implements Command {}

    record Unsubscribe(long id, String channel) implements Command {}

    record Publish(long id, String channel, boolean hasData) implements Command {}

    record Presence(long id, String channel) implements Command {}

    record PresenceStats(long id, String channel) implements Command {}

    /**
     * Asks for publications of the past.
     *
     * @param limit 0 asks for the position only, below 0 for as much as may be had
     */
    record History(
            long id, String channel, int limit, @Nullable StreamPosition since, boolean reverse) implements Command {}

    record Ping(long id) implements Command {}

    /** A message that wants no answer; the id is usually 0. */
    record Send(long id) implements Command {}

    record Rpc(long id) implements Command {}

    record Refresh(long id, String token) implements Command {}

    record SubRefresh(long id, String channel, String token) implements Command {}

    /** The answer to a server's ping: the empty object. */
    record Pong() implements Command {}

    /** Something that is no command; whatever follows it in the frame is not looked at. */
    record Malformed() implements Command {}

    /** Where a client wants to go on; {@code recover} false: it begins anew. */
    record Resume(boolean recover, StreamPosition position) {
        /** Begins with what comes. */
        public static final Resume ANEW = new Resume(false, StreamPosition.NONE);
    }
}
