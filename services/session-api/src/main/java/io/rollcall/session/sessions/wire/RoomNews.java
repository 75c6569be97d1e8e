package io.rollcall.session.sessions.wire;

import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.session.sessions.domain.SessionIds;
import java.time.Duration;
import java.util.List;

/** What a fact about a room says to the session whose room it is. */
public final class RoomNews {

    private static final String AUTHOR = "presence-history";

    private final Duration emptyGrace;

    /** With how long an empty room may stay empty. */
    public RoomNews(Duration emptyGrace) {
        this.emptyGrace = emptyGrace;
    }

    /** One command, or none when the room is no session's or nobody came or went. */
    public List<SessionCommand> of(RoomEvent event) {
        return switch (event.getType()) {
            case PARTICIPANT_JOINED, PARTICIPANT_LEFT, ROOM_CLOSED, CORRECTED ->
                SessionIds.sessionOf(event.getRoomName())
                        .map(session -> List.of(command(session, event)))
                        .orElse(List.of());
            case ROOM_OPENED,
                    CONNECTION_ABORTED,
                    TRACK_PUBLISHED,
                    TRACK_UNPUBLISHED,
                    REPORTED,
                    ANOMALY_REPORTED,
                    UNKNOWN -> List.of();
        };
    }

    private SessionCommand command(String session, RoomEvent event) {
        CommandHeader header = CommandHeader.newBuilder()
                // A fact has one id, so it is noted once.
                .setCommandId("room-event-" + event.getId())
                .setIssuedAt(event.getRecordedAt())
                .setAuthor(AUTHOR)
                .setCorrelationId(event.getCorrelationId())
                .build();
        int people = event.getType() == io.rollcall.schemas.rooms.RoomEventType.ROOM_CLOSED ? 0 : event.getPeople();
        EventSource source = event.getSource() == EventSource.UNKNOWN ? EventSource.WEBHOOK : event.getSource();
        return SessionCommands.noteRoom(header, session, people, source, event.getRecordedAt(), emptyGrace);
    }
}
