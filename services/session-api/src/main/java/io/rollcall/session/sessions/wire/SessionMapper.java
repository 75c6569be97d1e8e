package io.rollcall.session.sessions.wire;

import static io.rollcall.kit.decider.CommandParts.named;
import static io.rollcall.kit.decider.CommandParts.required;

import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.sessions.CreateSession;
import io.rollcall.schemas.sessions.DeleteSession;
import io.rollcall.schemas.sessions.NoteRoom;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionEventType;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.sessions.domain.Command;
import io.rollcall.session.sessions.domain.Event;
import io.rollcall.session.sessions.domain.RemovalReason;
import io.rollcall.session.sessions.domain.Seat;
import io.rollcall.session.sessions.domain.Session;
import io.rollcall.session.sessions.domain.Witness;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Realtime sessions between their rules and their topics. */
public final class SessionMapper {

    private SessionMapper() {}

    static Command command(SessionCommand command) {
        return switch (command.getType()) {
            case CREATE -> {
                CreateSession it = required(command.getCreateSession());
                yield new Command.Create(
                        named(command.getSessionId(), "session id"),
                        named(it.getRoomId(), "room id"),
                        named(it.getUserId(), "user id"),
                        it.getTokenIssuedAt(),
                        it.getTokenExpiresAt(),
                        positive(it.getStaleAfterMs()));
            }
            case DELETE -> {
                DeleteSession it = required(command.getDeleteSession());
                yield new Command.Delete(named(it.getUserId(), "user id"));
            }
            case NOTE_ROOM -> {
                NoteRoom it = required(command.getNoteRoom());
                yield new Command.NoteRoom(
                        it.getPeople(), witness(it.getSource()), it.getSeenAt(), positive(it.getGraceMs()));
            }
            case UNKNOWN, NOTHING, TICK -> throw new PoisonCommandException("asks for nothing that is known");
        };
    }

    static SessionEventType type(@Nullable Event event) {
        return switch (event) {
            case null -> SessionEventType.ANSWERED;
            case Event.Created _ -> SessionEventType.SESSION_CREATED;
            case Event.Connected _ -> SessionEventType.SESSION_CONNECTED;
            case Event.RoomEmptied _ -> SessionEventType.ROOM_EMPTIED;
            case Event.RoomReentered _ -> SessionEventType.ROOM_REENTERED;
            case Event.Removed _ -> SessionEventType.SESSION_REMOVED;
            case Event.Forgotten _ -> SessionEventType.SESSION_FORGOTTEN;
        };
    }

    static EventSource source(@Nullable Event event, boolean commanded) {
        return switch (event) {
            case Event.Connected connected -> source(connected.witness());
            case Event.RoomEmptied emptied -> source(emptied.witness());
            case Event.RoomReentered reentered -> source(reentered.witness());
            // By a timer, or by the poll that saw nobody once more.
            case Event.Removed removed
            when removed.reason() == RemovalReason.ROOM_EMPTY -> commanded ? EventSource.RECONCILER : EventSource.TIMER;
            case null, default -> commanded ? EventSource.COMMAND : EventSource.TIMER;
        };
    }

    static String reason(@Nullable Event event) {
        return event instanceof Event.Removed removed ? word(removed.reason()) : "";
    }

    static io.rollcall.schemas.sessions.@Nullable Session record(Session session) {
        return switch (session) {
            case Session.Nothing _ -> null;
            case Session.Waiting it ->
                record(it, SessionStatus.CREATED).setStaleAt(it.staleAt()).build();
            case Session.Occupied it ->
                record(it, SessionStatus.CONNECTED)
                        .setConnectedAt(it.connectedAt())
                        .setSeenAt(it.seenAt())
                        .build();
            case Session.Emptied it ->
                record(it, SessionStatus.CONNECTED)
                        .setConnectedAt(it.connectedAt())
                        .setSeenAt(it.seenAt())
                        .setEmptySince(it.emptySince())
                        .setEmptyUntil(it.emptyUntil())
                        .build();
            case Session.Removed it ->
                record(it, SessionStatus.REMOVED)
                        .setRemovedAt(it.removedAt())
                        .setRemovedReason(word(it.reason()))
                        .build();
        };
    }

    /** The state that a record of the topic holds. */
    public static Session state(io.rollcall.schemas.sessions.Session record) {
        var seat = new Seat(
                record.getSessionId(),
                record.getRoomId(),
                record.getUserId(),
                record.getCreatedAt(),
                record.getTokenIssuedAt(),
                record.getTokenExpiresAt());
        return switch (record.getStatus()) {
            case CREATED -> new Session.Waiting(seat, record.getVersion(), record.getStaleAt());
            case CONNECTED -> connected(seat, record);
            case REMOVED ->
                new Session.Removed(
                        seat,
                        record.getVersion(),
                        RemovalReason.valueOf(record.getRemovedReason().toUpperCase(Locale.ROOT)),
                        required(record.getRemovedAt()));
            case UNKNOWN -> throw new IllegalStateException("a session of no known status: " + record.getSessionId());
        };
    }

    private static Session connected(Seat seat, io.rollcall.schemas.sessions.Session record) {
        Instant connectedAt = required(record.getConnectedAt());
        Instant since = record.getEmptySince();
        return since == null
                ? new Session.Occupied(seat, record.getVersion(), connectedAt, record.getSeenAt())
                : new Session.Emptied(
                        seat, record.getVersion(), connectedAt, record.getSeenAt(), since, record.getEmptyUntil());
    }

    private static io.rollcall.schemas.sessions.Session.Builder record(Session.Known session, SessionStatus status) {
        Seat seat = session.seat();
        return io.rollcall.schemas.sessions.Session.newBuilder()
                .setSessionId(seat.sessionId())
                .setRoomId(seat.roomId())
                .setUserId(seat.userId())
                .setStatus(status)
                .setVersion(session.version())
                .setCreatedAt(seat.createdAt())
                .setTokenIssuedAt(seat.tokenIssuedAt())
                .setTokenExpiresAt(seat.tokenExpiresAt());
    }

    private static String word(RemovalReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static Witness witness(EventSource source) {
        return switch (source) {
            case WEBHOOK -> Witness.WEBHOOK;
            case RECONCILER -> Witness.POLL;
            case TIMER -> Witness.TIMER;
            case COMMAND, UNKNOWN -> throw new PoisonCommandException("nobody saw it");
        };
    }

    private static EventSource source(Witness witness) {
        return switch (witness) {
            case WEBHOOK -> EventSource.WEBHOOK;
            case POLL -> EventSource.RECONCILER;
            case TIMER -> EventSource.TIMER;
        };
    }

    private static Duration positive(long millis) {
        if (millis <= 0) {
            throw new PoisonCommandException("no duration");
        }
        return Duration.ofMillis(millis);
    }
}
