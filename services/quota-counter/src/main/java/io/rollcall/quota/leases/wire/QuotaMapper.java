package io.rollcall.quota.leases.wire;

import static io.rollcall.kit.decider.CommandParts.named;
import static io.rollcall.kit.decider.CommandParts.required;

import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.quota.leases.domain.Agency;
import io.rollcall.quota.leases.domain.Claim;
import io.rollcall.quota.leases.domain.Command;
import io.rollcall.quota.leases.domain.EndReason;
import io.rollcall.quota.leases.domain.Event;
import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.domain.Lease.Viewer;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.NoteViewer;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.schemas.quota.SetLimit;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Leases and limits between their rules and their topics. */
public final class QuotaMapper {

    private QuotaMapper() {}

    static Command command(QuotaCommand command) {
        return switch (command.getType()) {
            case RESERVE -> {
                ReserveSlot it = required(command.getReserveSlot());
                yield new Command.Reserve(
                        reservationId(command),
                        agency(command),
                        named(it.getCameraId(), "camera id"),
                        named(it.getUserId(), "user id"),
                        it.getOwner(),
                        it.getQuality());
            }
            case RELEASE -> {
                ReleaseLease it = required(command.getReleaseLease());
                yield new Command.Release(
                        reservationId(command),
                        claim(command),
                        reason(it.getReason()),
                        it.getUndoes().isEmpty() ? null : it.getUndoes());
            }
            case HEARTBEAT -> new Command.Heartbeat(reservationId(command), claim(command));
            case RENEW -> new Command.Renew(reservationId(command), claim(command));
            case NOTE_VIEWER -> {
                NoteViewer it = required(command.getNoteViewer());
                String sid = named(it.getParticipantSid(), "participant sid");
                yield it.getPresent()
                        ? new Command.NoteJoin(reservationId(command), sid)
                        : new Command.NoteLeave(reservationId(command), sid);
            }
            case END_CAMERA ->
                new Command.EndCamera(
                        agency(command), named(required(command.getEndCamera()).getCameraId(), "camera id"));
            case SET_LIMIT -> {
                SetLimit it = required(command.getSetLimit());
                if (it.getLimit() < 0) {
                    throw new PoisonCommandException("a negative limit");
                }
                yield new Command.SetLimit(agency(command), it.getLimit(), it.getInitial());
            }
            case UNKNOWN, NOTHING, TICK -> throw new PoisonCommandException("asks for nothing that is known");
        };
    }

    static QuotaEventType type(@Nullable Event event) {
        return switch (event) {
            case null -> QuotaEventType.ANSWERED;
            case Event.Granted _ -> QuotaEventType.LEASE_GRANTED;
            case Event.Refused _ -> QuotaEventType.LEASE_REFUSED;
            case Event.Renewed _ -> QuotaEventType.LEASE_RENEWED;
            case Event.Ended _ -> QuotaEventType.LEASE_ENDED;
            case Event.ViewerJoined _ -> QuotaEventType.VIEWER_JOINED;
            case Event.ViewerLeft _ -> QuotaEventType.VIEWER_LEFT;
            case Event.LimitSet _ -> QuotaEventType.LIMIT_SET;
            case Event.Beaten _ -> throw new IllegalStateException("a heartbeat is told to nobody");
        };
    }

    static String word(EndReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** A lease as topics and stores hold it. */
    public static io.rollcall.schemas.quota.Lease record(Lease lease) {
        Viewer viewer = lease.viewer();
        return io.rollcall.schemas.quota.Lease.newBuilder()
                .setReservationId(lease.reservationId())
                .setAgency(lease.agency())
                .setCameraId(lease.cameraId())
                .setUserId(lease.userId())
                .setOwner(lease.owner())
                .setQuality(lease.quality())
                .setVersion(lease.version())
                .setGrantedAt(lease.grantedAt())
                .setRenewedAt(lease.renewedAt())
                .setExpiresAt(lease.expiresAt())
                .setAliveUntil(lease.aliveUntil())
                .setViewerSid(
                        switch (viewer) {
                            case Viewer.Unseen() -> "";
                            case Viewer.Present(String sid) -> sid;
                            case Viewer.Gone gone -> gone.sid();
                        })
                .setViewerPresent(lease.watched())
                .setGoneUntil(viewer instanceof Viewer.Gone gone ? gone.until() : null)
                .build();
    }

    /** The lease that a record holds. */
    public static Lease lease(io.rollcall.schemas.quota.Lease record) {
        return new Lease(
                record.getReservationId(),
                record.getAgency(),
                record.getCameraId(),
                record.getUserId(),
                record.getOwner(),
                record.getQuality(),
                record.getVersion(),
                record.getGrantedAt(),
                record.getRenewedAt(),
                record.getExpiresAt(),
                record.getAliveUntil(),
                viewer(record));
    }

    private static Viewer viewer(io.rollcall.schemas.quota.Lease record) {
        Instant goneUntil = record.getGoneUntil();
        if (goneUntil != null) {
            return new Viewer.Gone(record.getViewerSid(), goneUntil);
        }
        return record.getViewerPresent() ? new Viewer.Present(record.getViewerSid()) : new Viewer.Unseen();
    }

    /**
     * An agency as topics and stores hold it.
     *
     * @param oldestSequence of the oldest decision that is kept
     */
    public static AgencyUsage record(Agency agency, long oldestSequence) {
        return AgencyUsage.newBuilder()
                .setSource(agency.name())
                .setCurrent(agency.used())
                .setLimit(agency.limit())
                .setActiveCameras(agency.activeCameras())
                .setSequence(agency.sequence())
                .setOldestSequence(oldestSequence)
                .setChangedAt(agency.changedAt())
                .build();
    }

    /** The agency that a record holds. */
    public static Agency agency(AgencyUsage record) {
        return new Agency(
                record.getSource(),
                record.getCurrent(),
                record.getLimit(),
                record.getActiveCameras(),
                record.getSequence(),
                record.getChangedAt());
    }

    private static String agency(QuotaCommand command) {
        return named(command.getAgency(), "agency");
    }

    private static String reservationId(QuotaCommand command) {
        return named(command.getReservationId(), "reservation id");
    }

    private static @Nullable Claim claim(QuotaCommand command) {
        LeaseClaim claim = command.getClaim();
        return claim == null ? null : new Claim(claim.getCaller(), claim.getAdmin());
    }

    private static EndReason reason(io.rollcall.schemas.quota.EndReason reason) {
        return switch (reason) {
            case RELEASED -> EndReason.RELEASED;
            case ADMIN -> EndReason.ADMIN;
            case UNDONE -> EndReason.UNDONE;
            case HEARTBEAT_TIMEOUT, EXPIRED, VIEWER_LEFT, CAMERA_REMOVED, UNKNOWN ->
                throw new PoisonCommandException("nobody ends a lease for that reason");
        };
    }
}
