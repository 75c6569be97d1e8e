package io.rollcall.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of session-api that does what its contract asks for: every request under an Idempotency-Key of its own, and
 * again with it, at whichever instance, until there is an answer. One that says when to come back is believed.
 */
final class SessionClient {

    private static final Duration TRY = Duration.ofSeconds(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ID = Pattern.compile("\"id\":\"(sess_[0-9a-z]{24})\"");

    private final HttpClient http;
    private final List<URI> instances;

    SessionClient(HttpClient http, List<URI> instances) {
        this.http = http;
        this.instances = instances;
    }

    /**
     * What became of a request.
     *
     * @param number which it was
     * @param status of its answer; 0 when there was none in two minutes
     * @param sessionId whom the answer is about; empty for an error
     * @param body the answer
     * @param tries what became of each time that it was sent, and after how long
     * @param askedAt when it was first sent
     * @param waited until it was answered
     */
    record Done(
            int number,
            int status,
            String sessionId,
            String body,
            List<String> tries,
            Instant askedAt,
            Duration waited) {

        Instant answeredAt() {
            return askedAt.plus(waited);
        }
    }

    /** Makes the session of this number. */
    Done create(int number) throws InterruptedException {
        return ask(number, "POST", "/v1/realtime/sessions", "create-" + number);
    }

    /** Ends a session. */
    Done delete(int number, String sessionId) throws InterruptedException {
        return ask(number, "DELETE", "/v1/realtime/sessions/" + sessionId, "delete-" + number);
    }

    /** Status by id of the caller's sessions, as the first instance lists them. */
    Map<String, String> statuses() throws IOException, InterruptedException {
        var statuses = new TreeMap<String, String>();
        String after = "";
        while (true) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(instances.getFirst().resolve("/v1/realtime/sessions?limit=100" + after))
                            .timeout(TRY)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("the list of sessions is answered with " + answer.statusCode());
            }
            JsonNode page = JSON.readTree(answer.body()).path("data");
            if (page.isEmpty()) {
                return statuses;
            }
            for (JsonNode session : page) {
                String id = session.path("id").asString();
                statuses.put(id, session.path("status").asString());
                after = "&after=" + id;
            }
        }
    }

    private Done ask(int number, String method, String path, String key) throws InterruptedException {
        Instant askedAt = Instant.now();
        long begin = System.nanoTime();
        List<String> tries = new ArrayList<>();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            URI instance = instances.get((number + tries.size()) % instances.size());
            long sent = System.nanoTime();
            try {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(instance.resolve(path))
                                .timeout(TRY)
                                .header("Idempotency-Key", key)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                tries.add(answer.statusCode() + after(sent));
                if (answer.statusCode() >= 500) {
                    Thread.sleep(Duration.ofSeconds(
                            answer.headers().firstValueAsLong("Retry-After").orElse(0)));
                } else {
                    Matcher id = ID.matcher(answer.body());
                    return new Done(
                            number,
                            answer.statusCode(),
                            id.find() ? id.group(1) : "",
                            answer.body(),
                            tries,
                            askedAt,
                            Duration.ofNanos(System.nanoTime() - begin));
                }
            } catch (IOException e) {
                tries.add(e.getClass().getSimpleName() + after(sent));
                // An instance that is away: the other one, and then this one again.
            }
            Thread.sleep(BETWEEN_TRIES);
        }
        return new Done(number, 0, "", "", tries, askedAt, Duration.ofNanos(System.nanoTime() - begin));
    }

    private static String after(long sent) {
        return " after " + Duration.ofNanos(System.nanoTime() - sent).toMillis() + " ms";
    }
}
