package io.rollcall.sim.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.rollcall.sim.node.JoinRefusedException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.node.RefusedException;
import io.rollcall.sim.node.TwirpError;
import io.rollcall.sim.tokens.BadTokenException;
import io.rollcall.sim.tokens.Grants;
import io.rollcall.sim.tokens.TokenVerifier;
import java.io.IOException;
import java.net.URLDecoder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** LiveKit's own port: the room API, the check of a join, health; and the controls. */
public final class Front implements HttpHandler {

    /** The body of the health answer; a real server says OK and no more. */
    public static final String HEALTH = "OK, livekit-sim: a test double, not a LiveKit server";

    private static final String BEARER = "Bearer ";
    private static final Duration NO_ANSWER = Duration.ofMinutes(10);

    private final Node node;
    private final TokenVerifier tokens;
    private final RoomApi roomApi;
    private final ApiFaults faults;
    private final Controls controls;

    /** Serves this node. */
    public Front(
            Node node,
            TokenVerifier tokens,
            boolean askNode,
            Duration noNodeWait,
            ApiFaults faults,
            Controls controls) {
        this.node = node;
        this.tokens = tokens;
        this.roomApi = new RoomApi(node, askNode, noNodeWait);
        this.faults = faults;
        this.controls = controls;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (Controls.serves(path)) {
            controls.handle(exchange);
            return;
        }
        try {
            if (path.startsWith(RoomApi.PREFIX)) {
                roomCall(exchange, path.substring(RoomApi.PREFIX.length()));
            } else {
                other(exchange, path).send(exchange);
            }
        } catch (BadTokenException e) {
            Answer.text(401, String.valueOf(e.getMessage())).send(exchange);
        } catch (InterruptedException e) {
            // The listener was closed; so is the connection.
            Thread.currentThread().interrupt();
            exchange.close();
        }
    }

    private void roomCall(HttpExchange exchange, String method)
            throws IOException, InterruptedException, BadTokenException {
        ApiFaults.Fault fault = faults.next(method);
        if (fault == null) {
            roomApi.answer(exchange, grants(exchange)).send(exchange);
            return;
        }
        Thread.sleep(fault.latency());
        switch (fault.outcome()) {
            case ANSWER -> roomApi.answer(exchange, grants(exchange)).send(exchange);
            case UNAVAILABLE -> madeToFail(TwirpError.UNAVAILABLE).send(exchange);
            case INTERNAL -> madeToFail(TwirpError.INTERNAL).send(exchange);
            case BAD_GATEWAY -> Answer.text(502, "Bad Gateway").send(exchange);
            case CUT -> exchange.close();
            case LOSE_ANSWER -> {
                roomApi.answer(exchange, grants(exchange));
                exchange.close();
            }
            case HANG -> {
                Thread.sleep(NO_ANSWER);
                exchange.close();
            }
        }
    }

    private static Answer madeToFail(TwirpError error) {
        return Answer.refusal(new RefusedException(error, "made to fail by livekit-sim"));
    }

    private Answer other(HttpExchange exchange, String path) throws BadTokenException {
        Grants grants = grants(exchange);
        return switch (path) {
            case "/" -> Answer.text(200, HEALTH);
            case "/rtc/validate" -> validation(exchange, grants);
            default -> Answer.text(404, "404 page not found\n");
        };
    }

    private Answer validation(HttpExchange exchange, @Nullable Grants grants) {
        try {
            if (grants == null) {
                throw new JoinRefusedException(401, "no permissions to access the room");
            }
            node.mayJoin(grants, query(exchange, "room"));
            return Answer.text(200, "success");
        } catch (JoinRefusedException e) {
            return Answer.text(e.status(), String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Grants grants(HttpExchange exchange) throws BadTokenException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String token;
        if (header == null || header.isEmpty()) {
            token = query(exchange, "access_token");
        } else if (header.startsWith(BEARER)) {
            token = header.substring(BEARER.length());
        } else {
            throw new BadTokenException("invalid authorization header. Must start with " + BEARER);
        }
        return token.isEmpty() ? null : tokens.verify(token);
    }

    private static String query(HttpExchange exchange, String name) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                if (pair.startsWith(name + "=")) {
                    return URLDecoder.decode(pair.substring(name.length() + 1), UTF_8);
                }
            }
        }
        return "";
    }
}
