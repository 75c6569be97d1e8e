package io.rollcall.session.cameras.wire;

import io.rollcall.kit.decider.Decision;
import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.kit.decider.Received;
import io.rollcall.kit.decider.Subject;
import io.rollcall.kit.decider.Told;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraCommandType;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Tick;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.session.cameras.domain.Camera;
import io.rollcall.session.cameras.domain.CameraDecider;
import io.rollcall.session.cameras.domain.CameraDecider.Refusal;
import io.rollcall.session.cameras.domain.CameraDecider.Verdict;
import io.rollcall.session.cameras.domain.Command;
import io.rollcall.session.cameras.domain.Event;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The catalogue of cameras, as the decider runtime runs it. */
public final class CameraSubject
        implements Subject<Command, Camera, Event, CameraCommand, CameraEvent, io.rollcall.schemas.cameras.Camera> {

    @Override
    public String name() {
        return "camera";
    }

    @Override
    public Topic<CameraCommand> commands() {
        return Topics.CAMERA_COMMANDS;
    }

    @Override
    public Topic<CameraEvent> events() {
        return Topics.CAMERA_EVENTS;
    }

    @Override
    public Topic<io.rollcall.schemas.cameras.Camera> states() {
        return Topics.CAMERAS;
    }

    @Override
    public Camera initial() {
        return new Camera.Nothing();
    }

    @Override
    public Decision<Event> decide(Command command, Camera state, Instant now) {
        return switch (CameraDecider.decide(command, state, now)) {
            case Verdict.Yes(Event event) ->
                event == null ? new Decision.Unchanged<>() : new Decision.Accepted<>(List.of(event));
            // That nothing has been reported yet passes; the others do not by themselves.
            case Verdict.No(Refusal refusal) -> new Decision.Refused<>(refusal.name(), refusal != Refusal.UNREPORTED);
            case Verdict.Failed(String outcome) -> new Decision.Refused<>(outcome, true);
        };
    }

    @Override
    public Camera evolve(Camera state, Event event) {
        return CameraDecider.evolve(state, event);
    }

    @Override
    public @Nullable Instant deadline(Camera state) {
        return null;
    }

    @Override
    public List<Event> expire(Camera state, Instant now) {
        return List.of();
    }

    @Override
    public @Nullable String undoes(Command command) {
        return command instanceof Command.Unclaim unclaim ? unclaim.commandId() : null;
    }

    @Override
    public Received<Command> received(CameraCommand command) {
        return switch (command.getType()) {
            case TICK -> new Received.TimeGoesBy<>();
            case NOTHING -> new Received.Nothing<>(header(command));
            case REPLACE, UPSERT, SET_STATUS, REMOVE, CLAIM, REPORT ->
                new Received.Asked<>(header(command), CameraMapper.command(command));
            case UNKNOWN -> throw new PoisonCommandException("of no known type");
        };
    }

    private static CommandHeader header(CameraCommand command) {
        CommandHeader header = command.getHeader();
        if (header == null || header.getCommandId().isEmpty()) {
            throw new PoisonCommandException("no command id");
        }
        return header;
    }

    @Override
    public CameraEvent event(Told<Event, Camera> told) {
        CommandHeader cause = told.cause();
        Event event = told.event();
        return CameraEvent.newBuilder()
                .setId(told.id().toString())
                .setType(CameraMapper.type(event))
                .setOccurredAt(told.at())
                .setSource(EventSource.COMMAND)
                .setCorrelationId(cause == null ? "" : cause.getCorrelationId())
                .setCommandId(cause == null ? "" : cause.getCommandId())
                .setAuthor(cause == null ? "" : cause.getAuthor())
                .setCameraId(told.key())
                .setAnswer(told.answer())
                .setAgencyLeft(CameraMapper.agencyLeft(event))
                .setPreviousStatus(CameraMapper.statusBefore(event))
                .setCamera(CameraMapper.withoutSecret(told.state()))
                .build();
    }

    @Override
    public io.rollcall.schemas.cameras.@Nullable Camera record(Camera state) {
        return CameraMapper.record(state);
    }

    @Override
    public Camera state(io.rollcall.schemas.cameras.Camera record) {
        return CameraMapper.state(record);
    }

    @Override
    public @Nullable Answer answer(CameraEvent event) {
        return event.getAnswer();
    }

    @Override
    public CameraCommand nothing(CommandHeader header) {
        return CameraCommand.newBuilder()
                .setHeader(header)
                .setType(CameraCommandType.NOTHING)
                .build();
    }

    @Override
    public CameraCommand tick(int partition) {
        return CameraCommand.newBuilder()
                .setType(CameraCommandType.TICK)
                .setTick(new Tick(partition))
                .build();
    }

    @Override
    public @Nullable Integer tickOf(CameraCommand command) {
        Tick tick = command.getTick();
        return tick == null ? null : tick.getPartition();
    }
}
