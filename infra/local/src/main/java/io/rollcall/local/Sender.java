package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts webhooks by LiveKit's rules: first in, first out per room with one request in flight; five attempts with 1, 2,
 * 4 and 8 seconds between them, only after connection errors, 429 and 5xx other than 501; one signature per event.
 */
public final class Sender implements AutoCloseable {

    private static final int ATTEMPTS = 5;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private final URI target;
    private final WebhookSigner signer;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final ExecutorService deliveries = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();
    private final Queue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    private final Semaphore room;

    /**
     * Prepares a sender.
     *
     * @param waiting how many webhooks may wait for their turn or their answer at once
     */
    public Sender(URI target, WebhookSigner signer, int waiting) {
        this.target = target;
        this.signer = signer;
        this.room = new Semaphore(waiting);
    }

    /** Queues a webhook behind those of its room; waits while too many are queued. */
    public void send(Webhook webhook) throws InterruptedException {
        if (!room.tryAcquire(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException("no webhook has been answered for five minutes");
        }
        tails.compute(
                webhook.roomKey(),
                (_, tail) -> (tail == null ? CompletableFuture.<Void>completedFuture(null) : tail)
                        .thenRunAsync(() -> deliver(webhook), deliveries));
    }

    /** Waits until nothing is queued and returns how every delivery went. */
    public Collection<Receipt> finish(Duration within) throws InterruptedException, TimeoutException {
        try {
            CompletableFuture.allOf(tails.values().toArray(CompletableFuture[]::new))
                    .get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a delivery failed in a way that LiveKit has no rule for", e.getCause());
        }
        return receipts;
    }

    /** How many deliveries are over, acknowledged or given up. */
    public int answered() {
        return receipts.size();
    }

    private void deliver(Webhook webhook) {
        try {
            receipts.add(attempt(webhook));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    private Receipt attempt(Webhook webhook) throws InterruptedException {
        byte[] body = webhook.body().getBytes(UTF_8);
        Instant firstAttemptAt = Instant.now();
        HttpRequest request = HttpRequest.newBuilder(target)
                .timeout(ANSWER_WITHIN)
                .header("Content-Type", "application/webhook+json")
                .header("Authorization", signer.sign(body, firstAttemptAt))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        String problem = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                int status = http.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status == 200) {
                    return new Receipt(webhook, firstAttemptAt, Instant.now(), attempt, problem);
                }
                problem = "status " + status;
                if (status != 429 && (status < 500 || status == 501)) {
                    return new Receipt(webhook, firstAttemptAt, null, attempt, problem);
                }
            } catch (IOException e) {
                problem = e.toString();
            }
            if (attempt < ATTEMPTS) {
                Thread.sleep(Duration.ofSeconds(1L << (attempt - 1)));
            }
        }
        return new Receipt(webhook, firstAttemptAt, null, ATTEMPTS, problem);
    }

    @Override
    public void close() {
        deliveries.shutdownNow();
        http.shutdownNow();
    }
}
