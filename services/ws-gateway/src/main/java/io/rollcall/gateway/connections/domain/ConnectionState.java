package io.rollcall.gateway.connections.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The life of a client's connection. Each state has only the moves that are legal in it:
 * {@code Silent → Connected → Closed}, or {@code Silent → Refused → Closed}, or straight to {@code Closed}.
 */
public sealed interface ConnectionState {

    /** Open, and nothing was said yet: the first command must be connect. */
    record Silent() implements ConnectionState {
        public Connected connect(Session session) {
            return new Connected(session, Heartbeat.QUIET);
        }

        public Refused refuse() {
            return new Refused();
        }

        public Closed close() {
            return new Closed();
        }
    }

    /** Was told that its token is too old, or that it may not have a channel: nothing more is taken from it. */
    record Refused() implements ConnectionState {
        public Closed close() {
            return new Closed();
        }
    }

    /** Talks. */
    record Connected(Session session, Heartbeat heartbeat) implements ConnectionState {
        /** The server has pinged and wants an answer. */
        public Connected pinged() {
            return new Connected(session, heartbeat.pinged());
        }

        /** The answer has come; null when nobody had asked. */
        public @Nullable Connected ponged() {
            return heartbeat == Heartbeat.PONG_DUE ? new Connected(session, Heartbeat.QUIET) : null;
        }

        /** A newer token of the same user. */
        public Connected refreshed(@Nullable Instant expiresAt, Access access) {
            return new Connected(new Session(session.client(), session.user(), expiresAt, access), heartbeat);
        }

        public Closed close() {
            return new Closed();
        }
    }

    /** Over. */
    record Closed() implements ConnectionState {}

    /** Whether the client owes an answer to a ping. */
    enum Heartbeat {
        QUIET,
        PONG_DUE;

        Heartbeat pinged() {
            return PONG_DUE;
        }
    }

    /**
     * Who is connected.
     *
     * @param client the id of this connection
     * @param expiresAt when its token runs out; null: never
     */
    record Session(String client, User user, @Nullable Instant expiresAt, Access access) {}

    /** The person or program behind a connection. */
    sealed interface User {

        /** Showed a token. */
        record Known(String id) implements User {}

        /** Showed none, which is allowed while authentication is off. */
        record Anonymous() implements User {}

        /** The name on the wire and in the log. */
        default String name() {
            return switch (this) {
                case Known(String id) -> id;
                case Anonymous() -> "anonymous";
            };
        }
    }
}
