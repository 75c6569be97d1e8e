package io.rollcall.chaos;

import io.rollcall.local.Capture;
import io.rollcall.local.Sender;
import io.rollcall.local.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tells a capture again and again, each round in rooms of its own, at a steady rate, until it is stopped. */
final class Replay {

    private final Capture capture;
    private final Sender sender;
    private final Duration between;
    private final List<Webhook> told = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;

    private Replay(Capture capture, Sender sender, int perSecond) {
        this.capture = capture;
        this.sender = sender;
        this.between = Duration.ofSeconds(1).dividedBy(perSecond);
    }

    /** Begins at once, in the background. */
    static Replay start(Capture capture, Sender sender, int perSecond) {
        var replay = new Replay(capture, sender, perSecond);
        Thread.ofVirtual().name("replay").start(replay::run);
        return replay;
    }

    /** Stops wherever it is, and returns what was told, in order. */
    List<Webhook> stop(Duration within) throws InterruptedException, TimeoutException {
        stopping = true;
        try {
            ended.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the replay has failed", e.getCause());
        }
        return List.copyOf(told);
    }

    private void run() {
        try {
            Instant due = Instant.now();
            for (int round = 1; !stopping; round++) {
                for (Webhook webhook : capture.round(round, Instant.now())) {
                    long wait = Duration.between(Instant.now(), due).toMillis();
                    if (wait > 0) {
                        Thread.sleep(wait);
                    }
                    if (stopping) {
                        break;
                    }
                    sender.send(webhook);
                    told.add(webhook);
                    due = due.plus(between);
                }
            }
            ended.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }
}
