package io.rollcall.presence;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything that can be set here.
 *
 * @param sessionRetention how long finished sessions and the events of a room are kept and can be asked for, at least
 *     two days: what has ended must be remembered for 24 h, so that nobody rises again
 * @param reconcile whether what the room API answers is heeded and asked for; without it webhooks are all there is, as in
 *     the replay of a capture that no LiveKit knows
 * @param peerTimeout how long another instance may take to answer for its part of the state
 */
@ConfigurationProperties("rollcall.presence")
public record PresenceHistoryProperties(
        @DefaultValue("30d") Duration sessionRetention,
        @DefaultValue("true") boolean reconcile,
        @DefaultValue("3s") Duration peerTimeout) {

    private static final Duration SHORTEST_RETENTION = Duration.ofDays(2);

    /** Checks what was given. */
    public PresenceHistoryProperties {
        if (sessionRetention.compareTo(SHORTEST_RETENTION) < 0) {
            throw new IllegalArgumentException(
                    "rollcall.presence.session-retention (PRESENCE_SESSION_RETENTION) must be two days or more");
        }
        if (!peerTimeout.isPositive()) {
            throw new IllegalArgumentException("rollcall.presence.peer-timeout must be more than nothing");
        }
    }
}
