package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What scenes of the demo ask over HTTP. */
final class SceneHttp implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newHttpClient();

    /** Asks once; an empty body is none. */
    HttpResponse<String> send(URI uri, String method, String json) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri).timeout(ANSWER_WITHIN);
        if (json.isEmpty()) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(json))
                    .header("Content-Type", "application/json");
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /**
     * The answer.
     *
     * @throws IOException when it is another one
     */
    static JsonNode answer(HttpResponse<String> reply, int expected) throws IOException {
        if (reply.statusCode() != expected) {
            throw new IOException(
                    reply.request().method() + " " + reply.uri().getPath() + " is answered " + reply.statusCode());
        }
        return reply.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(reply.body());
    }

    /** Whoever waits for an answer is woken. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
