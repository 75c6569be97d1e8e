package io.rollcall.gateway.stats;

import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.gateway.tokens.ConnectionClaims;
import io.rollcall.gateway.tokens.TokenCheck;
import io.rollcall.gateway.websocket.HandshakeServlet;
import io.rollcall.gateway.websocket.WebSocketConnection;
import io.rollcall.gateway.websocket.WebSocketEndpoint;
import io.rollcall.kit.web.Origins;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake of {@code /ws/stream/stats}. Who has a token may listen, as with the statistics over HTTP; a
 * token that names agencies, and does not reach every feed, hears of these only.
 */
public final class StatsServlet extends HandshakeServlet {

    private static final long serialVersionUID = 1L;
    /** Each set of agencies has statistics of its own. */
    private static final int MOST_SOURCES = 50;

    private static final int LONGEST_SOURCE = 128;

    private final transient WebSocketEndpoint endpoint;
    private final transient StatsSockets sockets;
    private final transient ClientTokens tokens;
    private final boolean tokenRequired;

    /**
     * Opens connections.
     *
     * @param tokens those that open a connection of an SDK too
     * @param open whether connections are taken now: not before the statistics are known, not while shutting down
     */
    public StatsServlet(
            WebSocketEndpoint endpoint,
            StatsSockets sockets,
            ClientTokens tokens,
            boolean tokenRequired,
            Origins origins,
            BooleanSupplier open) {
        super(origins, open);
        this.endpoint = endpoint;
        this.sockets = sockets;
        this.tokens = tokens;
        this.tokenRequired = tokenRequired;
    }

    @Override
    protected @Nullable Consumer<WebSocketConnection> accept(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Set<String> asked = asked(request);
        if (asked.size() > MOST_SOURCES || asked.stream().anyMatch(source -> source.length() > LONGEST_SOURCE)) {
            return refuse(
                    response,
                    HttpServletResponse.SC_BAD_REQUEST,
                    "source must be given at most " + MOST_SOURCES + " times, with at most " + LONGEST_SOURCE
                            + " characters");
        }
        if (!tokenRequired) {
            return serve(asked, null);
        }
        return switch (tokens.connection(ClientTokens.shown(request), sockets.now())) {
            case TokenCheck.Valid<ConnectionClaims>(ConnectionClaims claims) -> {
                Access access = claims.access();
                if (access.everything() || access.agencies().isEmpty()) {
                    yield serve(asked, claims.expiresAt());
                }
                if (!access.agencies().containsAll(asked)) {
                    yield refuse(response, HttpServletResponse.SC_FORBIDDEN, "Forbidden");
                }
                yield serve(asked.isEmpty() ? access.agencies() : asked, claims.expiresAt());
            }
            case TokenCheck.Expired<ConnectionClaims>(), TokenCheck.Invalid<ConnectionClaims>() -> {
                response.setHeader("WWW-Authenticate", "Bearer");
                yield refuse(response, HttpServletResponse.SC_UNAUTHORIZED, "Unauthorized");
            }
            case TokenCheck.Unknown<ConnectionClaims>() -> {
                response.setHeader("Retry-After", "2");
                yield refuse(
                        response,
                        HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                        "The token cannot be checked now: its issuer does not answer.");
            }
        };
    }

    private Consumer<WebSocketConnection> serve(Set<String> sources, @Nullable Instant expiresAt) {
        // Each frame is one message: plain clients take no other.
        return connection -> connection.serve(
                endpoint, 1, transport -> new StatsConversation(transport, sockets, sources, expiresAt));
    }

    private static Set<String> asked(HttpServletRequest request) {
        String[] sources = request.getParameterValues("source");
        return (sources == null ? Stream.<String>empty() : Arrays.stream(sources))
                .filter(source -> !source.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable Consumer<WebSocketConnection> refuse(
            HttpServletResponse response, int status, String words) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getOutputStream().write(("{\"error\":\"" + words + "\"}").getBytes(StandardCharsets.UTF_8));
        return null;
    }
}
