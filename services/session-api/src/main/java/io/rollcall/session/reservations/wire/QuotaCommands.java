package io.rollcall.session.reservations.wire;

import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.EndCamera;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;

/** Makes the commands that are sent to quota-counter. */
public final class QuotaCommands {

    private QuotaCommands() {}

    /** Take a slot of an agency. */
    public static QuotaCommand reserve(CommandHeader header, String reservationId, String agency, ReserveSlot slot) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.RESERVE)
                .setAgency(agency)
                .setReservationId(reservationId)
                .setReserveSlot(slot)
                .build();
    }

    /** Give it back, because somebody wants it. */
    public static QuotaCommand release(CommandHeader header, String reservationId, LeaseClaim claim) {
        return about(header, QuotaCommandType.RELEASE, reservationId)
                .setClaim(claim)
                .setReleaseLease(new ReleaseLease(EndReason.RELEASED, ""))
                .build();
    }

    /**
     * Give it back, if it was taken at all, because a later step failed.
     *
     * @param undoes the id of the command that asked for it
     */
    public static QuotaCommand undo(CommandHeader header, String reservationId, String undoes) {
        return about(header, QuotaCommandType.RELEASE, reservationId)
                .setReleaseLease(new ReleaseLease(EndReason.UNDONE, undoes))
                .build();
    }

    /** Its reservation has been answered, and is not to be undone any more. */
    public static QuotaCommand keep(CommandHeader header, String reservationId) {
        return about(header, QuotaCommandType.HEARTBEAT, reservationId).build();
    }

    /** Its viewer still watches. */
    public static QuotaCommand heartbeat(CommandHeader header, String reservationId, LeaseClaim claim) {
        return about(header, QuotaCommandType.HEARTBEAT, reservationId)
                .setClaim(claim)
                .build();
    }

    /** Let it live for its whole time again. */
    public static QuotaCommand renew(CommandHeader header, String reservationId, LeaseClaim claim) {
        return about(header, QuotaCommandType.RENEW, reservationId)
                .setClaim(claim)
                .build();
    }

    /** A camera is not this agency's any more. */
    public static QuotaCommand endCamera(CommandHeader header, String agency, String cameraId) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.END_CAMERA)
                .setAgency(agency)
                .setEndCamera(new EndCamera(cameraId))
                .build();
    }

    private static QuotaCommand.Builder about(CommandHeader header, QuotaCommandType type, String reservationId) {
        return QuotaCommand.newBuilder().setHeader(header).setType(type).setReservationId(reservationId);
    }
}
