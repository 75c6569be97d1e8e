package io.rollcall.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;

/** How long people are told to be in rooms whose LiveKit was killed. */
final class Haunting {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Set<String> ghosts;
    private final Instant killedAt;
    private final Instant answeredAt;
    private final Thread watcher;
    private volatile Instant seenAt;

    private Haunting(
            LivekitCommand.View view, Set<String> ghosts, Instant killedAt, Instant answeredAt, Duration limit) {
        this.ghosts = ghosts;
        this.killedAt = killedAt;
        this.answeredAt = answeredAt;
        this.seenAt = answeredAt;
        this.watcher = Thread.ofVirtual()
                .start(() -> watch(view, answeredAt.plus(limit).plusSeconds(1)));
    }

    /**
     * Watches until the last of them is gone, or until it is too late for that.
     *
     * @param ghosts participant sids
     * @param answeredAt when LiveKit was there again
     */
    static Haunting watch(
            LivekitCommand.View view, Set<String> ghosts, Instant killedAt, Instant answeredAt, Duration limit) {
        return new Haunting(view, ghosts, killedAt, answeredAt, limit);
    }

    private void watch(LivekitCommand.View view, Instant giveUpAt) {
        try {
            while (seenAt.isBefore(giveUpAt)) {
                try {
                    boolean gone = Collections.disjoint(view.sidsInside(), ghosts);
                    seenAt = Instant.now();
                    if (gone) {
                        return;
                    }
                } catch (IOException e) {
                    // A service that is being killed: who asks then is told later.
                }
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void await() throws InterruptedException {
        watcher.join();
    }

    int ghosts() {
        return ghosts.size();
    }

    Instant killedAt() {
        return killedAt;
    }

    Instant answeredAt() {
        return answeredAt;
    }

    /** From LiveKit's first answer on. */
    Duration lasted() {
        return Duration.between(answeredAt, seenAt);
    }
}
