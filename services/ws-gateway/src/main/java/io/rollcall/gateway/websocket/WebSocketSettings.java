package io.rollcall.gateway.websocket;

import java.time.Duration;

/**
 * How WebSocket connections behave.
 *
 * @param maxMessage the longest message of a client, in bytes
 * @param queue how many bytes may wait for one client
 * @param closeWithin how long a peer may take to accept the close frame before it is reset
 * @param lingerFor how long the answer to a close frame is waited for
 */
public record WebSocketSettings(int maxMessage, int queue, Duration closeWithin, Duration lingerFor) {}
