package io.rollcall.quota.leases.wire;

import io.rollcall.kit.decider.Decision;
import io.rollcall.kit.decider.PoisonCommandException;
import io.rollcall.kit.decider.Received;
import io.rollcall.kit.decider.Rules;
import io.rollcall.kit.decider.Told;
import io.rollcall.quota.leases.domain.Agency;
import io.rollcall.quota.leases.domain.Command;
import io.rollcall.quota.leases.domain.EndReason;
import io.rollcall.quota.leases.domain.Event;
import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.domain.QuotaDecider;
import io.rollcall.quota.leases.domain.QuotaDecider.Verdict;
import io.rollcall.quota.leases.domain.Refusal;
import io.rollcall.quota.leases.domain.Slots;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Tick;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leases and limits, as the decider runtime runs them. */
public final class QuotaRules implements Rules<Command, Slots, Event, QuotaCommand, QuotaEvent> {

    private final Terms terms;

    /** Grants leases on these terms. */
    public QuotaRules(Terms terms) {
        this.terms = terms;
    }

    @Override
    public String name() {
        return "quota";
    }

    @Override
    public Topic<QuotaCommand> commands() {
        return Topics.QUOTA_COMMANDS;
    }

    @Override
    public Topic<QuotaEvent> events() {
        return Topics.QUOTA_EVENTS;
    }

    @Override
    public Topic<QuotaEvent> replies() {
        return Topics.QUOTA_REPLIES;
    }

    @Override
    public Decision<Event> decide(Command command, Slots slots, Instant now) {
        return switch (QuotaDecider.decide(command, slots, terms, now)) {
            case Verdict.Yes(List<Event> events) when events.isEmpty() -> new Decision.Unchanged<>();
            case Verdict.Yes(List<Event> events) -> new Decision.Accepted<>(events);
            case Verdict.No(Refusal refusal, Event.Refused refused) ->
                refused == null
                        ? new Decision.Refused<>(refusal.name(), true)
                        // A lack of room passes: the same request may be granted next time.
                        : new Decision.Refused<>(refusal.name(), false, List.of(refused));
        };
    }

    @Override
    public Slots evolve(Slots slots, Event event) {
        return QuotaDecider.evolve(slots, event);
    }

    @Override
    public @Nullable Instant deadline(Slots slots) {
        return QuotaDecider.deadline(slots).orElse(null);
    }

    @Override
    public List<Event> expire(Slots slots, Instant now) {
        return QuotaDecider.expire(slots, now);
    }

    @Override
    public boolean quiet(Command command) {
        return command instanceof Command.Heartbeat;
    }

    @Override
    public @Nullable String undoes(Command command) {
        return command instanceof Command.Release release ? release.undoes() : null;
    }

    @Override
    public Received<Command> received(QuotaCommand command) {
        return switch (command.getType()) {
            case TICK -> new Received.TimeGoesBy<>();
            case NOTHING -> new Received.Nothing<>(header(command));
            case RESERVE, RELEASE, HEARTBEAT, RENEW, NOTE_VIEWER, END_CAMERA, SET_LIMIT ->
                new Received.Asked<>(header(command), QuotaMapper.command(command));
            case UNKNOWN -> throw new PoisonCommandException("of no known type");
        };
    }

    private static CommandHeader header(QuotaCommand command) {
        CommandHeader header = command.getHeader();
        if (header == null || header.getCommandId().isEmpty()) {
            throw new PoisonCommandException("no command id");
        }
        return header;
    }

    @Override
    public QuotaEvent event(Told<Event, Slots> told) {
        CommandHeader cause = told.cause();
        Event event = told.event();
        Slots slots = told.state();
        Agency agency = slots.agency();
        int before = switch (event) {
            case Event.Granted _ -> agency.used() - 1;
            case Event.Ended _ -> agency.used() + 1;
            case null, default -> agency.used();
        };
        var record = QuotaEvent.newBuilder()
                .setId(told.id().toString())
                .setType(QuotaMapper.type(event))
                .setOccurredAt(told.at())
                .setSource(source(event, cause != null))
                .setCorrelationId(cause == null ? "" : cause.getCorrelationId())
                .setCommandId(cause == null ? "" : cause.getCommandId())
                .setAuthor(cause == null ? "" : cause.getAuthor())
                .setAgency(agency.name())
                .setSequence(event instanceof Event.Counted ? agency.sequence() : 0)
                .setAnswer(told.answer())
                .setUsageBefore(before)
                .setUsageAfter(agency.used())
                .setLimit(agency.limit())
                .setActiveCameras(agency.activeCameras())
                .setTotalUsage(slots.totalUsed())
                .setTotalLimit(terms.totalLimit());
        if (agency.name().isEmpty()) {
            // Nothing is known of it but what the command was about.
            record.setReservationId(told.key());
        }
        switch (event) {
            case Event.Refused refused ->
                record.setReservationId(refused.reservationId())
                        .setCameraId(refused.cameraId())
                        .setUserId(refused.userId())
                        .setReason(refused.refusal().name());
            case Event.Ended(Lease lease, EndReason reason, Instant _) ->
                about(record, lease).setReason(QuotaMapper.word(reason));
            case null, default -> {
                Lease lease = slots.lease();
                if (lease != null) {
                    about(record, lease);
                }
            }
        }
        return record.build();
    }

    private static QuotaEvent.Builder about(QuotaEvent.Builder record, Lease lease) {
        return record.setReservationId(lease.reservationId())
                .setCameraId(lease.cameraId())
                .setUserId(lease.userId())
                .setLease(QuotaMapper.record(lease));
    }

    private static EventSource source(@Nullable Event event, boolean commanded) {
        return switch (event) {
            case Event.ViewerJoined _, Event.ViewerLeft _ -> EventSource.WEBHOOK;
            case null, default -> commanded ? EventSource.COMMAND : EventSource.TIMER;
        };
    }

    @Override
    public @Nullable Answer answer(QuotaEvent event) {
        return event.getAnswer();
    }

    @Override
    public QuotaCommand nothing(CommandHeader header) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.NOTHING)
                .build();
    }

    @Override
    public QuotaCommand tick(int partition) {
        return QuotaCommand.newBuilder()
                .setType(QuotaCommandType.TICK)
                .setTick(new Tick(partition))
                .build();
    }

    @Override
    public @Nullable Integer tickOf(QuotaCommand command) {
        Tick tick = command.getTick();
        return tick == null ? null : tick.getPartition();
    }
}
