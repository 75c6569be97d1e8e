package io.rollcall.quota.leases.domain;

import org.jspecify.annotations.Nullable;

/** What may be asked for. */
public sealed interface Command {

    /** Take a slot of an agency. */
    record Reserve(String reservationId, String agency, String cameraId, String userId, String owner, String quality)
            implements Command {}

    /** What is about one lease. */
    sealed interface AboutLease extends Command {

        /** Which one. */
        String reservationId();
    }

    /**
     * Give the slot back.
     *
     * @param claim who asks; null when it is no person
     * @param reason why, unless an admin ends another one's
     * @param undoes the id of the command that asked for it, where nobody had its answer
     */
    record Release(
            String reservationId,
            @Nullable Claim claim,
            EndReason reason,
            @Nullable String undoes) implements AboutLease {

        /** Of a lease that somebody has. */
        public Release(String reservationId, @Nullable Claim claim, EndReason reason) {
            this(reservationId, claim, reason, null);
        }
    }

    /** Its viewer still watches. */
    record Heartbeat(String reservationId, @Nullable Claim claim) implements AboutLease {}

    /** Let it live for its whole time again. */
    record Renew(String reservationId, @Nullable Claim claim) implements AboutLease {}

    /** Its viewer's participant has come to the room. */
    record NoteJoin(String reservationId, String participantSid) implements AboutLease {}

    /** Its viewer's participant has left the room. */
    record NoteLeave(String reservationId, String participantSid) implements AboutLease {}

    /** A camera is not an agency's any more: end its leases. Decided about each of them. */
    record EndCamera(String agency, String cameraId) implements Command {}

    /**
     * Set an agency's limit.
     *
     * @param initial only where none has been set before
     */
    record SetLimit(String agency, int limit, boolean initial) implements Command {}
}
