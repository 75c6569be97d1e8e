package io.rollcall.gateway.rooms;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the reading has come, for those who must not answer before it has come to the end. Asks the broker once for
 * all who ask while it is being asked.
 */
public final class LogProgress {

    private static final int ASK_WITHIN_MS = 2_000;

    private record Waiter(Map<TopicPartition, Long> ends, CompletableFuture<Void> done) {}

    private final Duration within;
    private final List<Waiter> waiters = new ArrayList<>();
    private Map<TopicPartition, Long> positions = Map.of();
    private @Nullable Admin admin;
    private boolean asking;
    private boolean askAgain;
    private CompletableFuture<Void> next = new CompletableFuture<>();

    /**
     * Has read nothing yet.
     *
     * @param within how long anybody waits: what was asked for longer ago is forgotten
     */
    public LogProgress(Duration within) {
        this.within = within;
    }

    /** Completes once everything that is in the log now has been read; fails when that takes too long. */
    public synchronized CompletionStage<Void> caughtUp() {
        CompletableFuture<Void> answer = next;
        if (asking) {
            askAgain = true;
        } else {
            ask();
        }
        return answer;
    }

    /** Whom to ask; null while nobody can be. */
    void asks(@Nullable Admin broker) {
        synchronized (this) {
            admin = broker;
        }
    }

    void moved(Map<TopicPartition, Long> to) {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        synchronized (this) {
            positions = new HashMap<>(to);
            waiters.removeIf(waiter -> {
                boolean there = hasReached(waiter.ends());
                if (there) {
                    done.add(waiter.done());
                }
                return there || waiter.done().isDone();
            });
        }
        done.forEach(it -> it.complete(null));
    }

    /** Those who come from now on are answered by the next question: the log may have grown since this one was put. */
    private void ask() {
        CompletableFuture<Void> asked = next;
        next = new CompletableFuture<>();
        Admin broker = admin;
        if (broker == null || positions.isEmpty()) {
            asked.completeExceptionally(new IllegalStateException("nothing has been read yet"));
            return;
        }
        asking = true;
        asked.orTimeout(within.toMillis(), TimeUnit.MILLISECONDS);
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        positions.keySet().forEach(partition -> question.put(partition, OffsetSpec.latest()));
        var options = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        options.timeoutMs(ASK_WITHIN_MS);
        var _ = broker.listOffsets(question, options)
                .all()
                .whenComplete((ends, failure) -> answered(asked, ends, failure));
    }

    private void answered(
            CompletableFuture<Void> asked,
            @Nullable Map<TopicPartition, ListOffsetsResultInfo> ends,
            @Nullable Throwable failure) {
        boolean there = false;
        synchronized (this) {
            asking = false;
            // Where nothing is read any more, nothing else lets go of them.
            waiters.removeIf(waiter -> waiter.done().isDone());
            if (ends != null) {
                Map<TopicPartition, Long> offsets = new HashMap<>();
                ends.forEach((partition, info) -> offsets.put(partition, info.offset()));
                there = hasReached(offsets);
                if (!there) {
                    waiters.add(new Waiter(offsets, asked));
                }
            }
            if (askAgain) {
                askAgain = false;
                ask();
            }
        }
        if (failure != null) {
            asked.completeExceptionally(failure);
        } else if (there) {
            asked.complete(null);
        }
    }

    /** How many questions wait for what they are about. */
    synchronized int waiting() {
        return waiters.size();
    }

    private boolean hasReached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> positions.getOrDefault(end.getKey(), Long.MIN_VALUE) >= end.getValue());
    }
}
