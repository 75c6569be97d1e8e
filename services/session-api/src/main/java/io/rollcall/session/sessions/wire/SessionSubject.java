package io.rollcall.session.sessions.wire;

import io.rollcall.kit.decider.Decision;
import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.kit.decider.Received;
import io.rollcall.kit.decider.Subject;
import io.rollcall.kit.decider.Told;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Tick;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionCommandType;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.session.sessions.domain.Command;
import io.rollcall.session.sessions.domain.Event;
import io.rollcall.session.sessions.domain.Session;
import io.rollcall.session.sessions.domain.SessionDecider;
import io.rollcall.session.sessions.domain.SessionDecider.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Realtime sessions, as the decider runtime runs them. */
public final class SessionSubject
        implements Subject<
                Command, Session, Event, SessionCommand, SessionEvent, io.rollcall.schemas.sessions.Session> {

    @Override
    public String name() {
        return "session";
    }

    @Override
    public Topic<SessionCommand> commands() {
        return Topics.SESSION_COMMANDS;
    }

    @Override
    public Topic<SessionEvent> events() {
        return Topics.SESSION_EVENTS;
    }

    @Override
    public Topic<io.rollcall.schemas.sessions.Session> states() {
        return Topics.SESSIONS;
    }

    @Override
    public Session initial() {
        return new Session.Nothing();
    }

    @Override
    public Decision<Event> decide(Command command, Session state, Instant now) {
        return switch (SessionDecider.decide(command, state, now)) {
            case Verdict.Yes(List<Event> events) when events.isEmpty() -> new Decision.Unchanged<>();
            case Verdict.Yes(List<Event> events) -> new Decision.Accepted<>(events);
            // None of them passes by itself: the same request meets the same refusal.
            case Verdict.No(SessionDecider.Refusal refusal) -> new Decision.Refused<>(refusal.name(), true);
        };
    }

    @Override
    public Session evolve(Session state, Event event) {
        return SessionDecider.evolve(state, event);
    }

    @Override
    public @Nullable Instant deadline(Session state) {
        return SessionDecider.deadline(state).orElse(null);
    }

    @Override
    public List<Event> expire(Session state, Instant now) {
        return SessionDecider.expire(state, now);
    }

    @Override
    public Received<Command> received(SessionCommand command) {
        return switch (command.getType()) {
            case TICK -> new Received.TimeGoesBy<>();
            case NOTHING -> new Received.Nothing<>(header(command));
            case CREATE, DELETE, NOTE_ROOM -> new Received.Asked<>(header(command), SessionMapper.command(command));
            case UNKNOWN -> throw new PoisonCommandException("of no known type");
        };
    }

    private static CommandHeader header(SessionCommand command) {
        CommandHeader header = command.getHeader();
        if (header == null || header.getCommandId().isEmpty()) {
            throw new PoisonCommandException("no command id");
        }
        return header;
    }

    @Override
    public SessionEvent event(Told<Event, Session> told) {
        CommandHeader cause = told.cause();
        Event event = told.event();
        return SessionEvent.newBuilder()
                .setId(told.id().toString())
                .setType(SessionMapper.type(event))
                .setOccurredAt(told.at())
                .setSource(SessionMapper.source(event, cause != null))
                .setCorrelationId(cause == null ? "" : cause.getCorrelationId())
                .setCommandId(cause == null ? "" : cause.getCommandId())
                .setAuthor(cause == null ? "" : cause.getAuthor())
                .setSessionId(told.key())
                .setAnswer(told.answer())
                .setReason(SessionMapper.reason(event))
                .setSession(SessionMapper.record(told.state()))
                .build();
    }

    @Override
    public io.rollcall.schemas.sessions.@Nullable Session record(Session state) {
        return SessionMapper.record(state);
    }

    @Override
    public Session state(io.rollcall.schemas.sessions.Session record) {
        return SessionMapper.state(record);
    }

    @Override
    public @Nullable Answer answer(SessionEvent event) {
        return event.getAnswer();
    }

    @Override
    public SessionCommand nothing(CommandHeader header) {
        return SessionCommand.newBuilder()
                .setHeader(header)
                .setType(SessionCommandType.NOTHING)
                .build();
    }

    @Override
    public SessionCommand tick(int partition) {
        return SessionCommand.newBuilder()
                .setType(SessionCommandType.TICK)
                .setTick(new Tick(partition))
                .build();
    }

    @Override
    public @Nullable Integer tickOf(SessionCommand command) {
        Tick tick = command.getTick();
        return tick == null ? null : tick.getPartition();
    }
}
