package io.rollcall.session.livekit;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** Many asynchronous actions, a few at once: a poll leaves most of the client's calls to requests. */
public final class Bounded {

    /** How many of a poll's calls are on their way at once. */
    public static final int CALLS_OF_A_POLL = 6;

    private Bounded() {}

    /** Does it for all, in their order; done when all are, whether they failed or not. */
    public static <T> CompletableFuture<Void> forEach(
            Collection<T> all, int atOnce, Function<T, ? extends CompletableFuture<?>> action) {
        Queue<T> queue = new ConcurrentLinkedQueue<>(all);
        CompletableFuture<?>[] lanes = new CompletableFuture<?>[Math.min(atOnce, all.size())];
        for (int i = 0; i < lanes.length; i++) {
            var lane = new CompletableFuture<Void>();
            lanes[i] = lane;
            go(queue, action, lane);
        }
        return CompletableFuture.allOf(lanes);
    }

    private static <T> void go(
            Queue<T> queue, Function<T, ? extends CompletableFuture<?>> action, CompletableFuture<Void> lane) {
        while (true) {
            T next = queue.poll();
            if (next == null) {
                lane.complete(null);
                return;
            }
            CompletableFuture<?> doing;
            try {
                doing = action.apply(next);
            } catch (RuntimeException e) {
                lane.completeExceptionally(e);
                return;
            }
            if (!doing.isDone()) {
                var _ = doing.whenComplete((_, _) -> go(queue, action, lane));
                return;
            }
        }
    }
}
