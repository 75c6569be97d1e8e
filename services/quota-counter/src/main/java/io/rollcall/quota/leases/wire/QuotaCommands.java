package io.rollcall.quota.leases.wire;

import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.NoteViewer;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.SetLimit;

/** Makes the commands that this service itself sends. */
public final class QuotaCommands {

    private QuotaCommands() {}

    /** Set an agency's limit; an initial one only where none has been set. */
    public static QuotaCommand setLimit(CommandHeader header, String agency, int limit, boolean initial) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.SET_LIMIT)
                .setAgency(agency)
                .setSetLimit(new SetLimit(limit, initial))
                .build();
    }

    /** Know that a reservation's participant has come or gone. */
    public static QuotaCommand noteViewer(
            CommandHeader header, String reservationId, String participantSid, boolean present) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.NOTE_VIEWER)
                .setReservationId(reservationId)
                .setNoteViewer(new NoteViewer(participantSid, present))
                .build();
    }
}
