package io.rollcall.session.sessions.domain;

import io.rollcall.session.sessions.domain.Command.Create;
import io.rollcall.session.sessions.domain.Command.Delete;
import io.rollcall.session.sessions.domain.Command.NoteRoom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rules of realtime sessions. */
public final class SessionDecider {

    /** How long an ended session is known, and its position in a list is valid. */
    public static final Duration REMEMBERED = Duration.ofHours(24);

    private SessionDecider() {}

    /** What follows from a command. */
    public sealed interface Verdict {

        /** These events; none: it is so already. */
        record Yes(List<Event> events) implements Verdict {}

        /** No. */
        record No(Refusal refusal) implements Verdict {}
    }

    /** Why not. */
    public enum Refusal {
        /** There is no such session, or it has ended. */
        NOT_FOUND,
        /** It is somebody else's. */
        ACCESS_DENIED,
        /** There is one of this id, made by another request. */
        ALREADY_EXISTS
    }

    /** Decides a command. */
    public static Verdict decide(Command command, Session session, Instant now) {
        return switch (command) {
            case Create create -> create(create, session, now);
            case Delete delete -> delete(delete, session, now);
            case NoteRoom note -> note(note, session, now);
        };
    }

    /** What is so after an event. An event that does not fit changes nothing. */
    public static Session evolve(Session session, Event event) {
        return switch (event) {
            case Event.Created(Seat seat, Instant staleAt) -> new Session.Waiting(seat, 1, staleAt);
            case Event.Connected connected ->
                session instanceof Session.Waiting it
                        ? new Session.Occupied(it.seat(), it.version() + 1, connected.at(), connected.seenAt())
                        : session;
            case Event.RoomEmptied emptied ->
                switch (session) {
                    case Session.Occupied it -> emptied(it, it.connectedAt(), emptied);
                    case Session.Emptied it -> emptied(it, it.connectedAt(), emptied);
                    case Session.Waiting _, Session.Removed _, Session.Nothing _ -> session;
                };
            case Event.RoomReentered reentered ->
                session instanceof Session.Emptied it
                        ? new Session.Occupied(it.seat(), it.version() + 1, it.connectedAt(), reentered.seenAt())
                        : session;
            case Event.Removed(RemovalReason reason, Instant at) ->
                session instanceof Session.Known it
                        ? new Session.Removed(it.seat(), it.version() + 1, reason, at)
                        : session;
            case Event.Forgotten() -> new Session.Nothing();
        };
    }

    private static Session emptied(Session.Known session, Instant connectedAt, Event.RoomEmptied emptied) {
        return new Session.Emptied(
                session.seat(), session.version() + 1, connectedAt, emptied.seenAt(), emptied.since(), emptied.until());
    }

    /** When something happens by itself. */
    public static Optional<Instant> deadline(Session session) {
        return switch (session) {
            case Session.Waiting waiting -> Optional.of(waiting.staleAt());
            case Session.Emptied emptied -> Optional.ofNullable(emptied.emptyUntil());
            case Session.Removed removed -> Optional.of(removed.removedAt().plus(REMEMBERED));
            case Session.Occupied _, Session.Nothing _ -> Optional.empty();
        };
    }

    /** What happens then. */
    public static List<Event> expire(Session session, Instant now) {
        return switch (session) {
            case Session.Waiting _ -> List.of(new Event.Removed(RemovalReason.STALE, now));
            case Session.Emptied _ -> List.of(new Event.Removed(RemovalReason.ROOM_EMPTY, now));
            case Session.Removed _ -> List.of(new Event.Forgotten());
            case Session.Occupied _, Session.Nothing _ -> List.of();
        };
    }

    private static Verdict create(Create create, Session session, Instant now) {
        if (!(session instanceof Session.Nothing)) {
            return new Verdict.No(Refusal.ALREADY_EXISTS);
        }
        var seat = new Seat(
                create.sessionId(),
                create.roomId(),
                create.userId(),
                now,
                create.tokenIssuedAt(),
                create.tokenExpiresAt());
        return yes(new Event.Created(seat, now.plus(create.staleAfter())));
    }

    private static Verdict delete(Delete delete, Session session, Instant now) {
        return switch (session) {
            case Session.Nothing _, Session.Removed _ -> new Verdict.No(Refusal.NOT_FOUND);
            case Session.Known known
            when !known.seat().userId().equals(delete.userId()) -> new Verdict.No(Refusal.ACCESS_DENIED);
            case Session.Known _ -> yes(new Event.Removed(RemovalReason.USER, now));
        };
    }

    private static Verdict note(NoteRoom note, Session session, Instant now) {
        boolean somebody = note.people() > 0;
        return switch (session) {
            case Session.Nothing _ -> new Verdict.No(Refusal.NOT_FOUND);
            case Session.Waiting _ when somebody -> yes(new Event.Connected(note.witness(), now, note.seenAt()));
            case Session.Occupied occupied
            when !somebody && news(note, occupied.seenAt()) -> yes(emptied(note, now, now));
            case Session.Emptied emptied
            when somebody && news(note, emptied.seenAt()) ->
                yes(new Event.RoomReentered(note.witness(), note.seenAt()));
            case Session.Emptied emptied
            when !somebody && isTold(note) && emptied.emptyUntil() == null && news(note, emptied.seenAt()) ->
                yes(emptied(note, emptied.emptySince(), now));
            case Session.Emptied emptied
            when !somebody && !isTold(note) && emptied.endsByPoll(note.seenAt(), note.grace()) ->
                yes(new Event.Removed(RemovalReason.ROOM_EMPTY, now));
            case Session.Waiting _, Session.Occupied _, Session.Emptied _, Session.Removed _ ->
                new Verdict.Yes(List.of());
        };
    }

    /** Whom LiveKit tells of has left; whom it does not list may be on the way back, so a later poll has to say it too. */
    private static Event emptied(NoteRoom note, Instant since, Instant now) {
        return new Event.RoomEmptied(
                note.witness(), since, isTold(note) ? now.plus(note.grace()) : null, note.seenAt());
    }

    private static boolean isTold(NoteRoom note) {
        return note.witness() == Witness.WEBHOOK;
    }

    /** Webhooks come in their order; a poll that was asked before the last of them is old news. */
    private static boolean news(NoteRoom note, Instant lastSeenAt) {
        return switch (note.witness()) {
            case WEBHOOK, TIMER -> !note.seenAt().isBefore(lastSeenAt);
            case POLL -> note.seenAt().isAfter(lastSeenAt);
        };
    }

    private static Verdict yes(Event event) {
        return new Verdict.Yes(List.of(event));
    }
}
