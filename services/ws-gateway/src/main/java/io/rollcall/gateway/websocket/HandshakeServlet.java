package io.rollcall.gateway.websocket;

import io.rollcall.kit.web.Origins;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake of a WebSocket. Compression is never agreed to: it costs twice the CPU of a delivery and the
 * memory of ten idle connections.
 */
public abstract class HandshakeServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String VERSION = "13";
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final int UPGRADE_REQUIRED = 426;

    private final transient Origins origins;
    private final transient BooleanSupplier open;

    /**
     * Opens connections.
     *
     * @param open whether connections are taken now: not before there is what they ask for, not while shutting
     *     down
     */
    protected HandshakeServlet(Origins origins, BooleanSupplier open) {
        this.origins = origins;
        this.open = open;
    }

    /**
     * Looks at what is asked for, once the request is one that may open a WebSocket.
     *
     * @return what to do with the connection; null when the request has been answered otherwise
     */
    protected abstract @Nullable Consumer<WebSocketConnection> accept(
            HttpServletRequest request, HttpServletResponse response) throws IOException;

    @Override
    protected final void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String key = request.getHeader("Sec-WebSocket-Key");
        if (!names(request, "Upgrade", "websocket") || !names(request, "Connection", "upgrade")) {
            response.setHeader("Upgrade", "websocket");
            response.sendError(UPGRADE_REQUIRED, "This is a WebSocket.");
        } else if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))) {
            response.setHeader("Sec-WebSocket-Version", VERSION);
            response.sendError(UPGRADE_REQUIRED, "Only version 13 of the WebSocket protocol is spoken.");
        } else if (key == null || !isKey(key)) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "Sec-WebSocket-Key is not 16 bytes of base64.");
        } else if (!origins.allow(request)) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN, "This origin may not connect.");
        } else if (!open.getAsBoolean()) {
            response.setHeader("Retry-After", "1");
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "Not ready, or going away.");
        } else {
            upgrade(request, response, key);
        }
    }

    private void upgrade(HttpServletRequest request, HttpServletResponse response, String key)
            throws ServletException, IOException {
        Consumer<WebSocketConnection> serve = accept(request, response);
        if (serve != null) {
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "upgrade");
            response.setHeader("Sec-WebSocket-Accept", accept(key));
            serve.accept(request.upgrade(WebSocketConnection.class));
        }
    }

    private static boolean names(HttpServletRequest request, String header, String token) {
        return tokens(request, header).anyMatch(token::equalsIgnoreCase);
    }

    protected static Stream<String> tokens(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header)).stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .filter(token -> !token.isEmpty());
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key.strip() + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has SHA-1", e);
        }
    }
}
