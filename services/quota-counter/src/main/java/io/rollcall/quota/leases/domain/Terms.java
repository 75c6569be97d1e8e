package io.rollcall.quota.leases.domain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What leases are granted on.
 *
 * @param beat how long a lease lives after its grant and after each heartbeat
 * @param longest how long it lives at most, after its grant or its last renewal
 * @param viewerGrace how long its viewer may be away
 * @param capacity how many leases may live in one partition, of whatever agencies: each is in memory
 * @param totalLimit slots of all agencies together; null where there is no such limit
 */
public record Terms(
        Duration beat,
        Duration longest,
        Duration viewerGrace,
        int capacity,
        @Nullable Integer totalLimit) {}
