package io.rollcall.sim.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.sim.protocol.GoJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import livekit.LivekitWebhook.WebhookEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts webhooks to one URL by the rules of LiveKit 1.13.5: one request in flight per room name, first in, first out;
 * five attempts, the waits between them doubling, only after connection errors, 429 and 5xx other than 501;
 * {@code Retry-After} honoured; one signature per event. It waits for an answer as long as it takes.
 */
public final class WebhookSender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);
    private static final int ATTEMPTS = 5;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);

    private final URI url;
    private final WebhookSigner signer;
    private final WebhookRules rules;
    private final DispatchFigures figures;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /** Only queues that have something to do; guarded by this. */
    private final Map<String, Queue> queues = new HashMap<>();

    /** Sends to this URL until it is closed. */
    public WebhookSender(
            URI url, WebhookSigner signer, WebhookRules rules, DispatchFigures figures, InstantSource clock) {
        this.url = url;
        this.signer = signer;
        this.rules = rules;
        this.figures = figures;
        this.clock = clock;
    }

    private record Waiting(Parcel parcel, Instant since) {}

    private record Queue(Deque<Waiting> waiting, Thread worker) {}

    /** Puts an event at the end of its room's queue, or drops it when too many wait there. */
    public synchronized void send(Parcel parcel) {
        String key = parcel.queue();
        Queue queue = queues.get(key);
        if (queue == null) {
            var waiting = new ArrayDeque<Waiting>();
            queue = new Queue(
                    waiting, Thread.ofVirtual().name("webhooks " + key).unstarted(() -> work(key, waiting)));
            queues.put(key, queue);
            queue.waiting().add(new Waiting(parcel, clock.instant()));
            figures.queued(1);
            queue.worker().start();
            return;
        }
        if (queue.waiting().size() >= rules.maxDepth()) {
            figures.droppedAsQueueFull();
            log("dropped webhook", parcel.event(), "queue is full");
            return;
        }
        queue.waiting().add(new Waiting(parcel, clock.instant()));
        figures.queued(queue.waiting().size());
    }

    /** How many events wait for their turn or their answer. */
    public synchronized int pending() {
        return queues.values().stream()
                .mapToInt(queue -> queue.waiting().size() + 1)
                .sum();
    }

    /** What was to be sent is gone with the process that would have sent it. */
    public synchronized void forgetAll() {
        List<Queue> gone = new ArrayList<>(queues.values());
        queues.clear();
        gone.forEach(queue -> queue.worker().interrupt());
    }

    @Override
    public void close() {
        forgetAll();
        http.shutdownNow();
    }

    private void work(String key, Deque<Waiting> waiting) {
        try {
            while (true) {
                Waiting next;
                synchronized (this) {
                    Queue queue = queues.get(key);
                    if (queue == null || !queue.worker().equals(Thread.currentThread())) {
                        return;
                    }
                    next = waiting.poll();
                    if (next == null) {
                        queues.remove(key);
                        return;
                    }
                }
                deliver(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Waiting waiting) throws InterruptedException {
        Thread.sleep(waiting.parcel().delay());
        WebhookEvent event = waiting.parcel().event();
        if (Duration.between(waiting.since(), clock.instant()).compareTo(rules.maxAge()) > 0) {
            figures.droppedAsTooOld();
            log("dropped webhook", event, "age");
            return;
        }
        byte[] body = GoJson.webhook(event).getBytes(UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Authorization", signer.sign(body, clock.instant()))
                .header("Content-Type", "application/webhook+json")
                .header("User-Agent", "Go-http-client/1.1")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        for (int copy = 0; copy < waiting.parcel().copies(); copy++) {
            attempt(request, event);
        }
    }

    private void attempt(HttpRequest request, WebhookEvent event) throws InterruptedException {
        String problem = "";
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Duration wait = rules.firstWait().multipliedBy(1L << (attempt - 1));
            try {
                HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
                int status = answer.statusCode();
                if (status != 429 && (status < 500 || status == 501)) {
                    figures.delivered();
                    return;
                }
                problem = "status " + status;
                if (status == 429 || status == 503) {
                    wait = answer.headers()
                            .firstValue("Retry-After")
                            .flatMap(value -> retryAfter(value, clock.instant()))
                            .orElse(wait);
                }
            } catch (IOException e) {
                problem = e.toString();
            }
            if (attempt < ATTEMPTS) {
                Thread.sleep(wait);
            }
        }
        figures.failed();
        log("failed to send webhook", event, "giving up after " + ATTEMPTS + " attempt(s): " + problem);
    }

    /** Seconds or a date; nothing when it is neither. */
    private static Optional<Duration> retryAfter(String value, Instant now) {
        if (value.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private void log(String what, WebhookEvent event, String reason) {
        LOG.atWarn()
                .addKeyValue("event", event.getEvent())
                .addKeyValue("id", event.getId())
                .addKeyValue("url", url)
                .addKeyValue("reason", reason)
                .log(what);
    }
}
