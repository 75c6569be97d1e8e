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
import org.jspecify.annotations.Nullable;

/**
 * A client that does what the contracts ask for: a request that was not answered is sent again, under the same
 * Idempotency-Key where it has one, at whichever instance, until there is an answer. One that says when to come back is
 * believed.
 */
final class PatientClient {

    private static final Duration TRY = Duration.ofSeconds(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient http;
    private final List<URI> instances;

    PatientClient(HttpClient http, List<URI> instances) {
        this.http = http;
        this.instances = instances;
    }

    /**
     * What became of a request.
     *
     * @param status of its answer; 0 when there was none in two minutes
     * @param body the answer
     * @param tries what became of each time that it was sent, and after how long
     * @param askedAt when it was first sent
     * @param waited until it was answered
     */
    record Answer(int status, String body, List<String> tries, Instant askedAt, Duration waited) {

        Instant answeredAt() {
            return askedAt.plus(waited);
        }
    }

    /**
     * Asks until there is an answer.
     *
     * @param number which instance is asked first
     * @param key the Idempotency-Key; null for none
     * @param json null for no body
     */
    Answer ask(int number, String method, String path, @Nullable String key, @Nullable String json)
            throws InterruptedException {
        Instant askedAt = Instant.now();
        long begin = System.nanoTime();
        List<String> tries = new ArrayList<>();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            URI instance = instances.get((number + tries.size()) % instances.size());
            long sent = System.nanoTime();
            try {
                HttpResponse<String> answer = http.send(
                        request(instance.resolve(path), method, key, json), HttpResponse.BodyHandlers.ofString());
                tries.add(answer.statusCode() + after(sent));
                if (answer.statusCode() < 500) {
                    return new Answer(answer.statusCode(), answer.body(), tries, askedAt, since(begin));
                }
                Thread.sleep(Duration.ofSeconds(
                        answer.headers().firstValueAsLong("Retry-After").orElse(0)));
            } catch (IOException e) {
                tries.add(e.getClass().getSimpleName() + after(sent));
                // An instance that is away: the other one, and then this one again.
            }
            Thread.sleep(BETWEEN_TRIES);
        }
        return new Answer(0, "", tries, askedAt, since(begin));
    }

    /** Asks until somebody has an answer; while state moves between instances they say that they have none. */
    String get(String path) throws IOException, InterruptedException {
        Answer answer = ask(0, "GET", path, null, null);
        if (answer.status() != 200) {
            throw new IOException(path + " is answered with " + answer.status());
        }
        return answer.body();
    }

    private static HttpRequest request(URI uri, String method, @Nullable String key, @Nullable String json) {
        var request = HttpRequest.newBuilder(uri)
                .timeout(TRY)
                .method(
                        method,
                        json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return request.build();
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static String after(long sent) {
        return " after " + since(sent).toMillis() + " ms";
    }
}
