package io.rollcall.gateway.stats;

import io.rollcall.gateway.connections.Timers;
import io.rollcall.gateway.protocol.Disconnect;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The clients of {@code /ws/stream/stats} on this instance, and what they share. */
public final class StatsSockets {

    private final LiveStatistics live;
    private final Timers timers;
    private final InstantSource clock;
    private final Duration ping;
    private final Duration silence;
    private final Set<StatsConversation> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Disconnect ended;

    /**
     * Has no clients yet.
     *
     * @param ping how often a client is asked whether it is there
     * @param silence how long it may say nothing before it is taken to be gone
     */
    public StatsSockets(LiveStatistics live, Timers timers, InstantSource clock, Duration ping, Duration silence) {
        this.live = live;
        this.timers = timers;
        this.clock = clock;
        this.ping = ping;
        this.silence = silence;
    }

    /** Ends all of them, and those whose handshake is not over yet. */
    public void closeAll(Disconnect reason) {
        ended = reason;
        open.forEach(conversation -> conversation.close(reason));
    }

    void opened(StatsConversation conversation) {
        open.add(conversation);
        Disconnect why = ended;
        if (why != null) {
            conversation.close(why);
        }
    }

    void closed(StatsConversation conversation) {
        open.remove(conversation);
    }

    LiveStatistics live() {
        return live;
    }

    Timers timers() {
        return timers;
    }

    Duration ping() {
        return ping;
    }

    Duration silence() {
        return silence;
    }

    Instant now() {
        return clock.instant();
    }
}
