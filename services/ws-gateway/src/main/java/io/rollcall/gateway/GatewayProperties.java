package io.rollcall.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an operator can say to ws-gateway.
 *
 * @param authEnabled whether a client needs a token
 * @param tokenSecret the secret of the tokens that an application's own back end signs; empty: only those of the issuer
 *     are taken
 * @param roomFeedEnabled whether {@code rooms:*} is there
 * @param limits what one client may take
 * @param times how long things may take
 * @param rings how much of the past is kept for clients that come back
 * @param stats how the streams of cameras are told of
 * @param drainers how many threads write to sockets; 0: one per processor
 */
@ConfigurationProperties("rollcall.gateway")
public record GatewayProperties(
        @DefaultValue("true") boolean authEnabled,
        @DefaultValue("") String tokenSecret,
        @DefaultValue("true") boolean roomFeedEnabled,
        @DefaultValue Limits limits,
        @DefaultValue Times times,
        @DefaultValue Rings rings,
        @DefaultValue Stats stats,
        @DefaultValue("0") int drainers) {

    /** The secret that everybody knows; only a service that was told it is local takes it. */
    public static final String DEVELOPMENT_SECRET = "dev-gateway-token-secret-0123456789";

    private static final int MIN_SECRET = 32;

    /** Checks what was given. */
    public GatewayProperties {
        if (!tokenSecret.isEmpty() && tokenSecret.length() < MIN_SECRET) {
            throw new IllegalArgumentException(
                    "rollcall.gateway.token-secret must have at least " + MIN_SECRET + " characters");
        }
        if (drainers < 0) {
            throw new IllegalArgumentException("rollcall.gateway.drainers must not be negative");
        }
    }

    /**
     * What one client may take.
     *
     * @param message the longest message it may send
     * @param channels how many channels it may subscribe to
     * @param channelName how long their names may be, other than those of feeds
     * @param queue how much may wait for it, besides the longest message
     * @param userConnections how many connections its user may have on one instance; 0: any number
     */
    public record Limits(
            @DefaultValue("64KB") DataSize message,
            @DefaultValue("128") int channels,
            @DefaultValue("255") int channelName,
            @DefaultValue("1MB") DataSize queue,
            @DefaultValue("128") int userConnections) {

        /** Checks what was given. */
        public Limits {
            positive("limits.message", message.toBytes());
            positive("limits.channels", channels);
            positive("limits.channel-name", channelName);
            positive("limits.queue", queue.toBytes());
            if (userConnections < 0) {
                throw new IllegalArgumentException("rollcall.gateway.limits.user-connections must not be negative");
            }
        }
    }

    /**
     * How long things may take.
     *
     * @param connect from the opening of a connection to its first command
     * @param ping between two pings of the server
     * @param pong until a client has answered one
     * @param refreshGrace from the end of a token to the end of its connection
     * @param close until a client has taken the close frame, before it is reset
     * @param catchUp until a client that knows more than this instance is told to try again
     * @param snapshot how far back the position of a snapshot lies, so that no event falls between the two
     */
    public record Times(
            @DefaultValue("10s") Duration connect,
            @DefaultValue("25s") Duration ping,
            @DefaultValue("8s") Duration pong,
            @DefaultValue("25s") Duration refreshGrace,
            @DefaultValue("1s") Duration close,
            @DefaultValue("2s") Duration catchUp,
            @DefaultValue("5s") Duration snapshot) {

        /** Checks what was given. */
        public Times {
            positive("times.connect", connect.toMillis());
            positive("times.ping", ping.toSeconds());
            positive("times.pong", pong.toMillis());
            positive("times.refresh-grace", refreshGrace.toMillis());
            positive("times.close", close.toMillis());
            positive("times.catch-up", catchUp.toMillis());
            positive("times.snapshot", snapshot.toMillis());
        }
    }

    /**
     * How much of the past is kept for clients that come back.
     *
     * @param page publications in one answer
     * @param room publications of one room
     * @param allRooms publications of {@code rooms:*}
     * @param roomsMemory memory of all single rooms together
     * @param allRoomsMemory memory of {@code rooms:*}
     * @param warmUp offsets of each partition that are read back at the start
     * @param replay how many offsets of {@code rooms:*} a client may be behind and still be given everything, from the
     *     topic where the ring does not reach; 0: only from the ring
     */
    public record Rings(
            @DefaultValue("300") int page,
            @DefaultValue("5000") int room,
            @DefaultValue("20000") int allRooms,
            @DefaultValue("32MB") DataSize roomsMemory,
            @DefaultValue("16MB") DataSize allRoomsMemory,
            @DefaultValue("20000") int warmUp,
            @DefaultValue("100000") int replay) {

        /** Checks what was given. */
        public Rings {
            positive("rings.page", page);
            positive("rings.room", room);
            positive("rings.all-rooms", allRooms);
            positive("rings.rooms-memory", roomsMemory.toBytes());
            positive("rings.all-rooms-memory", allRoomsMemory.toBytes());
            positive("rings.warm-up", warmUp);
            if (replay < 0) {
                throw new IllegalArgumentException("rollcall.gateway.rings.replay must not be negative");
            }
        }
    }

    /**
     * How the streams of cameras are told of.
     *
     * @param interval between two documents of statistics
     * @param updates between two updates of one agency, or of one camera, at least
     * @param refusals between two alerts that one agency is at its limit, at least
     * @param ping between two pings of the server on {@code /ws/stream/stats}
     * @param silence until a client that says nothing, not even to a ping, is taken to be gone
     * @param decisions how many of the last decisions of each agency the page can show
     * @param warmUp offsets of each partition of the audit trail that are read back for these at the start
     */
    public record Stats(
            @DefaultValue("5s") Duration interval,
            @DefaultValue("100ms") Duration updates,
            @DefaultValue("1s") Duration refusals,
            @DefaultValue("30s") Duration ping,
            @DefaultValue("60s") Duration silence,
            @DefaultValue("200") int decisions,
            @DefaultValue("2000") int warmUp) {

        /** Checks what was given. */
        public Stats {
            positive("stats.interval", interval.toMillis());
            positive("stats.updates", updates.toMillis());
            positive("stats.refusals", refusals.toMillis());
            positive("stats.ping", ping.toMillis());
            positive("stats.silence", silence.toMillis());
            positive("stats.decisions", decisions);
            positive("stats.warm-up", warmUp);
        }
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("rollcall.gateway." + name + " must be more than nothing");
        }
    }
}
