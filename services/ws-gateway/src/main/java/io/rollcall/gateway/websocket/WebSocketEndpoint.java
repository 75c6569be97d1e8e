package io.rollcall.gateway.websocket;

import io.rollcall.gateway.connections.GatewayContext;
import io.rollcall.gateway.protocol.Encoding;

/** What the WebSocket connections of one server share. */
public record WebSocketEndpoint(
        GatewayContext context, Encoding json, Drainers drainers, WebSocketSettings settings, Traffic traffic) {}
