package io.rollcall.gateway.websocket;

import io.rollcall.gateway.connections.ClientConnection;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.kit.web.Origins;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The opening handshake of {@code /connection/websocket}. */
public final class WebSocketServlet extends HandshakeServlet {

    private static final long serialVersionUID = 1L;
    private static final String JSON_PROTOCOL = "centrifuge-json";

    private final transient WebSocketEndpoint endpoint;

    /**
     * Opens connections.
     *
     * @param open whether connections are taken now: not before the rings are warm, not while shutting down
     */
    public WebSocketServlet(WebSocketEndpoint endpoint, Origins origins, BooleanSupplier open) {
        super(origins, open);
        this.endpoint = endpoint;
    }

    @Override
    protected @Nullable Consumer<WebSocketConnection> accept(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        List<String> protocols = tokens(request, "Sec-WebSocket-Protocol").toList();
        if (protocols.contains(JSON_PROTOCOL)) {
            response.setHeader("Sec-WebSocket-Protocol", JSON_PROTOCOL);
        } else if (!protocols.isEmpty() || "protobuf".equals(request.getParameter("format"))) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "Only the JSON protocol is spoken here.");
            return null;
        }
        String token = ClientTokens.shown(request);
        return connection -> connection.serve(
                endpoint,
                OutboundQueue.MAX_JOINED,
                transport -> new ClientConnection(endpoint.context(), transport, endpoint.json(), token));
    }
}
