package io.rollcall.quota;

import io.rollcall.quota.leases.domain.Terms;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything that can be set here. Instances of one installation must agree on it.
 *
 * @param limits limits of agencies that have none yet, as {@code METRO=30,BUS=20}
 * @param limitTotal slots of all agencies together; null for no such limit
 * @param leases the times of leases
 * @param decisionRetention how long an agency's decisions can be asked for; quota-events has them for ever
 * @param commands how commands are sent and waited for
 * @param peerTimeout how long another instance may take to answer for its part of the state
 */
@ConfigurationProperties("rollcall.quota")
public record QuotaCounterProperties(
        @DefaultValue("") String limits,
        @Nullable Integer limitTotal,
        @DefaultValue Leases leases,
        @DefaultValue("30d") Duration decisionRetention,
        @DefaultValue Commands commands,
        @DefaultValue("3s") Duration peerTimeout) {

    /** No agency has a higher limit. */
    public static final int MAX_LIMIT = 1_000_000;

    /**
     * The times of leases.
     *
     * @param beat how long one lives after its grant and after each heartbeat
     * @param longest how long it lives at most, unless it is renewed
     * @param viewerGrace how long its viewer may be away
     * @param capacity how many may live in one partition: each takes some 0.5 KB of memory
     */
    public record Leases(
            @DefaultValue("60s") Duration beat,
            @DefaultValue("1h") Duration longest,
            @DefaultValue("30s") Duration viewerGrace,
            @DefaultValue("25000") int capacity) {

        /** Checks what was given. */
        public Leases {
            positive("leases.beat (QUOTA_LEASE_BEAT)", beat);
            positive("leases.longest (QUOTA_LEASE_LONGEST)", longest);
            positive("leases.viewer-grace (QUOTA_VIEWER_GRACE)", viewerGrace);
            if (capacity < 1) {
                throw new IllegalArgumentException(
                        "rollcall.quota.leases.capacity (QUOTA_LEASE_CAPACITY) must be 1 or more");
            }
        }
    }

    /**
     * Commands.
     *
     * @param timeout how long a request waits for its answer
     * @param waiting how many requests may wait at once
     */
    public record Commands(
            @DefaultValue("2s") Duration timeout,
            @DefaultValue("10000") int waiting) {

        /** Checks what was given. */
        public Commands {
            positive("commands.timeout (COMMAND_TIMEOUT)", timeout);
            if (waiting < 1) {
                throw new IllegalArgumentException(
                        "rollcall.quota.commands.waiting (COMMAND_WAITING) must be 1 or more");
            }
        }
    }

    /** Checks what was given. */
    public QuotaCounterProperties {
        positive("decision-retention (QUOTA_DECISION_RETENTION)", decisionRetention);
        positive("peer-timeout (QUOTA_PEER_TIMEOUT)", peerTimeout);
        if (limitTotal != null && limitTotal < 0) {
            throw new IllegalArgumentException("rollcall.quota.limit-total (QUOTA_LIMIT_TOTAL) must be 0 or more");
        }
        parsed(limits);
    }

    /** The limits, by agency. */
    public Map<String, Integer> initialLimits() {
        return parsed(limits);
    }

    /** What leases are granted on. */
    public Terms terms() {
        return new Terms(leases.beat(), leases.longest(), leases.viewerGrace(), leases.capacity(), limitTotal);
    }

    private static Map<String, Integer> parsed(String limits) {
        Map<String, Integer> byAgency = new LinkedHashMap<>();
        for (String entry : limits.split(",", -1)) {
            String text = entry.strip();
            if (text.isEmpty()) {
                continue;
            }
            int sign = text.lastIndexOf('=');
            String agency = sign < 0 ? "" : text.substring(0, sign).strip();
            if (agency.isEmpty()
                    || byAgency.put(agency, limit(text.substring(sign + 1).strip())) != null) {
                throw malformed();
            }
        }
        return Collections.unmodifiableMap(byAgency);
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 0 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw malformed();
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("rollcall.quota.limits (QUOTA_LIMITS) must be agencies with limits of 0 to "
                + MAX_LIMIT + ", each agency once, such as METRO=30,BUS=20");
    }

    private static void positive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("rollcall.quota." + name + " must be more than nothing");
        }
    }
}
