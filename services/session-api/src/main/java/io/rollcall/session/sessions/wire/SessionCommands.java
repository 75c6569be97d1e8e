package io.rollcall.session.sessions.wire;

import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.sessions.CreateSession;
import io.rollcall.schemas.sessions.DeleteSession;
import io.rollcall.schemas.sessions.NoteRoom;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionCommandType;
import java.time.Duration;
import java.time.Instant;

/** Makes the commands that a session's topic takes. */
public final class SessionCommands {

    private SessionCommands() {}

    /** Make a session, with the room of its own. */
    public static SessionCommand create(CommandHeader header, String sessionId, CreateSession create) {
        return SessionCommand.newBuilder()
                .setHeader(header)
                .setSessionId(sessionId)
                .setType(SessionCommandType.CREATE)
                .setCreateSession(create)
                .build();
    }

    /** End a session of this user. */
    public static SessionCommand delete(CommandHeader header, String sessionId, String userId) {
        return SessionCommand.newBuilder()
                .setHeader(header)
                .setSessionId(sessionId)
                .setType(SessionCommandType.DELETE)
                .setDeleteSession(new DeleteSession(userId))
                .build();
    }

    /** Know how many people were in a session's room. */
    public static SessionCommand noteRoom(
            CommandHeader header, String sessionId, int people, EventSource source, Instant seenAt, Duration grace) {
        return SessionCommand.newBuilder()
                .setHeader(header)
                .setSessionId(sessionId)
                .setType(SessionCommandType.NOTE_ROOM)
                .setNoteRoom(new NoteRoom(people, source, seenAt, grace.toMillis()))
                .build();
    }
}
