package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a simulator over HTTP. */
public final class Api {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final LivekitSim sim;

    public Api(LivekitSim sim) {
        this.sim = sim;
    }

    /** What was answered. */
    public record Reply(int status, String contentType, String body) {

        /** The body as JSON. */
        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    /** A call of the room API in JSON. */
    public Reply room(String method, Map<String, ?> video, Map<String, ?> body) {
        return send(HttpRequest.newBuilder(sim.url().resolve("/twirp/livekit.RoomService/" + method))
                .header("Authorization", "Bearer " + Tokens.granting(video))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body))));
    }

    /** Makes a room. */
    public Reply createRoom(String name, Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.put("name", name);
        return room("CreateRoom", Map.of("roomCreate", true), body);
    }

    /** One of the controls, which must succeed. */
    public JsonNode control(String name, Map<String, ?> body) {
        Reply reply = tryControl(name, body);
        if (reply.status() != 200) {
            throw new AssertionError(name + " was answered " + reply);
        }
        return reply.json();
    }

    /** One of the controls. */
    public Reply tryControl(String name, Map<String, ?> body) {
        return send(HttpRequest.newBuilder(sim.metricsUrl().resolve("/sim/" + name))
                .POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body))));
    }

    /** Reads something. */
    public Reply get(URI uri) {
        return send(HttpRequest.newBuilder(uri));
    }

    /** Sends what is prepared. */
    public static Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(
                    request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString(UTF_8));
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (IOException e) {
            return new Reply(0, "", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
