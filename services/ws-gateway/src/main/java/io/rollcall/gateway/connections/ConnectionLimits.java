package io.rollcall.gateway.connections;

import java.time.Duration;

/**
 * What a connection may take and how long it is waited for.
 *
 * @param channels how many it may subscribe to
 * @param channelNameLength how long their names may be; those of feeds are measured decoded, and may be as long as the
 *     names they are made of
 * @param userConnections how many connections a user may have on this instance; 0: any number
 * @param page how many publications one answer holds
 * @param connectWithin how long it may be silent after it opened
 * @param ping how often it is pinged
 * @param pong how long it may take to answer
 * @param refreshGrace how long after a token has run out a new one is waited for
 * @param catchUpWithin how long a client waits until this instance has caught up with the log
 */
public record ConnectionLimits(
        int channels,
        int channelNameLength,
        int userConnections,
        int page,
        Duration connectWithin,
        Duration ping,
        Duration pong,
        Duration refreshGrace,
        Duration catchUpWithin) {}
