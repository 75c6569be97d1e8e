package io.rollcall.quota.leases.domain;

import java.time.Instant;

/** What may happen. */
public sealed interface Event {

    /** A decision of an agency: these are counted. */
    sealed interface Counted extends Event {

        /** When. */
        Instant at();
    }

    /** A slot is taken. */
    record Granted(Lease lease, Instant at) implements Counted {}

    /** No slot was free. */
    record Refused(String reservationId, String cameraId, String userId, Refusal refusal, Instant at)
            implements Counted {}

    /**
     * A slot is free again.
     *
     * @param lease as it was
     */
    record Ended(Lease lease, EndReason reason, Instant at) implements Counted {}

    /** Another limit holds. */
    record LimitSet(int limit, boolean initial, Instant at) implements Counted {}

    /** It lives for its whole time again. */
    record Renewed(Instant at, Instant expiresAt, Instant aliveUntil) implements Event {}

    /** Its viewer is in the room. */
    record ViewerJoined(String sid) implements Event {}

    /** Its viewer has gone, and has until then to come back. */
    record ViewerLeft(String sid, Instant until) implements Event {}

    /** A heartbeat: told to nobody. */
    record Beaten(Instant aliveUntil) implements Event {}
}
