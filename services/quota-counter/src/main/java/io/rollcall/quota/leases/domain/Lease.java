package io.rollcall.quota.leases.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One taken slot.
 *
 * @param version counts its events from 1
 * @param renewedAt when {@code expiresAt} was set
 * @param expiresAt it lives no longer, whatever beats
 * @param aliveUntil what its grant or its last heartbeat gave it
 */
public record Lease(
        String reservationId,
        String agency,
        String cameraId,
        String userId,
        String owner,
        String quality,
        long version,
        Instant grantedAt,
        Instant renewedAt,
        Instant expiresAt,
        Instant aliveUntil,
        Viewer viewer) {

    /** Its viewer in LiveKit's room. */
    public sealed interface Viewer {

        /** Has not been seen yet. */
        record Unseen() implements Viewer {}

        /** Is there. */
        record Present(String sid) implements Viewer {}

        /** Was there, and has until then to come back. */
        record Gone(String sid, Instant until) implements Viewer {}
    }

    /** When it ends by itself. */
    public Instant deadline() {
        Instant gone = goneUntil();
        Instant alive = gone != null && gone.isBefore(aliveUntil) ? gone : aliveUntil;
        return alive.isBefore(expiresAt) ? alive : expiresAt;
    }

    /** Why it ends then. */
    EndReason endsBy() {
        Instant deadline = deadline();
        if (deadline.equals(expiresAt)) {
            return EndReason.EXPIRED;
        }
        return deadline.equals(goneUntil()) ? EndReason.VIEWER_LEFT : EndReason.HEARTBEAT_TIMEOUT;
    }

    /** Whether there has been a heartbeat or a renewal since its grant. */
    boolean hasBeaten(Terms terms) {
        return !aliveUntil.equals(grantedAt.plus(terms.beat()));
    }

    /** Whether its viewer is in the room. */
    public boolean watched() {
        return viewer instanceof Viewer.Present;
    }

    private @Nullable Instant goneUntil() {
        return viewer instanceof Viewer.Gone(String _, Instant until) ? until : null;
    }

    boolean belongsTo(Claim claim) {
        return claim.caller().equals(owner) || claim.caller().equals(userId);
    }

    Lease alive(Instant until) {
        return new Lease(
                reservationId,
                agency,
                cameraId,
                userId,
                owner,
                quality,
                version,
                grantedAt,
                renewedAt,
                expiresAt,
                until,
                viewer);
    }

    Lease renewed(Instant at, Instant newlyExpiresAt, Instant newlyAliveUntil) {
        return new Lease(
                reservationId,
                agency,
                cameraId,
                userId,
                owner,
                quality,
                version + 1,
                grantedAt,
                at,
                newlyExpiresAt,
                newlyAliveUntil,
                viewer);
    }

    Lease seen(Viewer newViewer) {
        return new Lease(
                reservationId,
                agency,
                cameraId,
                userId,
                owner,
                quality,
                version + 1,
                grantedAt,
                renewedAt,
                expiresAt,
                aliveUntil,
                newViewer);
    }
}
