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
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client that does what the contracts ask for: a request that was not answered is sent again, under the same
 * Idempotency-Key where it has one, at whichever instance says that it is ready, until there is an answer. One that says
 * when to come back is believed.
 */
final class PatientClient {

    private static final Duration TRY = Duration.ofSeconds(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** As often as a load balancer looks that is quick about it. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final HttpClient http;
    private final List<Instance> instances;

    /** For such clients; whoever makes it closes it. */
    static HttpClient http() {
        return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    }

    PatientClient(HttpClient http, List<URI> instances) {
        this.http = http;
        this.instances = instances.stream().map(Instance::new).toList();
    }

    /** One that is asked, and what it said when it was last looked at. */
    private static final class Instance {

        private final URI address;
        private final AtomicLong lookAt = new AtomicLong(System.nanoTime());
        private volatile boolean ready = true;

        Instance(URI address) {
            this.address = address;
        }
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
            URI instance = choose(number + tries.size());
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

    /** In turn those that say they are ready, as a load balancer does; all of them when none is. */
    private URI choose(int turn) {
        List<Instance> ready = instances.stream().filter(this::isReady).toList();
        List<Instance> asked = ready.isEmpty() ? instances : ready;
        return asked.get(turn % asked.size()).address;
    }

    /** What it said last; looks again beside the request when that is a while ago. */
    private boolean isReady(Instance instance) {
        long now = System.nanoTime();
        long due = instance.lookAt.get();
        if (now - due >= 0 && instance.lookAt.compareAndSet(due, now + LOOK_EVERY.toNanos())) {
            var _ = http.sendAsync(
                            HttpRequest.newBuilder(instance.address.resolve("/readyz"))
                                    .timeout(LOOK_EVERY)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .whenComplete((answer, failure) -> instance.ready = failure == null && answer.statusCode() == 200);
        }
        return instance.ready;
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
