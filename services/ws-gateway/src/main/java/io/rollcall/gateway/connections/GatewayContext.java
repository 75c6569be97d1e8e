package io.rollcall.gateway.connections;

import io.rollcall.gateway.channels.Channels;
import io.rollcall.gateway.tokens.ClientTokens;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What all connections share.
 *
 * @param tokenRequired whether a client without a token is turned away
 * @param version what the server calls itself to its clients
 * @param clientIds makes the id of a connection
 * @param jitter spreads the first pings of connections that came together
 */
public record GatewayContext(
        Channels channels,
        ClientTokens tokens,
        boolean tokenRequired,
        ConnectionLimits limits,
        Connections connections,
        Timers timers,
        InstantSource clock,
        String version,
        Supplier<String> clientIds,
        RandomGenerator jitter) {}
