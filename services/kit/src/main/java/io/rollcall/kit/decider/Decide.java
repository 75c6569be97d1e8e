package io.rollcall.kit.decider;

import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.AnsweredCommand;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Runs a subject's rules on its commands. In one transaction: the events, the new state, the timers, and always an
 * answer. Everything that can fail on a bad command comes before the first write.
 *
 * <p>The one clock is the commands topic's, never running back. What has run out ends before anything else is decided
 * about it, and without a command at the next tick; ticks come through the log too, so that a replay ends it at the same
 * place. While nobody decided, nobody's time ran out: a gap in the log of more than {@link #GAP} moves every deadline
 * to {@link #GRACE} after its end.
 */
final class Decide<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord, SR extends SpecificRecord>
        implements Processor<String, byte[], String, SpecificRecord> {

    static final Duration TICK = Duration.ofSeconds(1);
    static final Duration GAP = Duration.ofSeconds(15);
    static final Duration GRACE = Duration.ofSeconds(60);

    /** Answers to commands with an Idempotency-Key. */
    static final Duration REPEATABLE = Duration.ofHours(24);

    /** Answers to all others: nobody repeats them, but a record may be there twice. */
    static final Duration REMEMBERED = Duration.ofMinutes(10);

    private static final int ENDED_PER_TICK = 2_000;
    private static final int FORGOTTEN_PER_TICK = 10_000;
    private static final int TICKS_BETWEEN_QUIET_ONES = 60;

    private final Subject<C, S, E, CR, ER, SR> subject;
    private final Deserializer<CR> commands;
    private ProcessorContext<String, SpecificRecord> context;
    private DecideStores<SR> stores;
    private int quietTicks;

    /** What is to be written for one record, until all of it is known. */
    private final class Outcomes {
        private final String id;
        private final Instant now;
        private final @Nullable CommandHeader cause;
        private final List<ER> events = new ArrayList<>();
        private final @Nullable Long deadlineBefore;
        private S state;
        private boolean changed;
        private @Nullable Answer remembered;

        Outcomes(String id, Instant now, @Nullable CommandHeader cause, S state) {
            this.id = id;
            this.now = now;
            this.cause = cause;
            this.state = state;
            this.deadlineBefore = millis(subject.deadline(state));
        }

        void happened(E event, @Nullable CommandHeader because, @Nullable Answer answer) {
            state = subject.evolve(state, event);
            changed = true;
            events.add(subject.event(new Told<>(nextId(), now, id, because, event, answer, state)));
        }

        void answered(Answer answer) {
            events.add(subject.event(new Told<>(nextId(), now, id, cause, null, answer, state)));
        }

        private UUID nextId() {
            RecordMetadata at = context.recordMetadata().orElseThrow();
            // A tick ends several things: each has ids of its own.
            return Uuid7.ofRecord(now, at.topic() + "/" + id, at.partition(), at.offset(), events.size());
        }
    }

    @SuppressWarnings("NullAway.Init")
    private Decide(Subject<C, S, E, CR, ER, SR> subject, Deserializer<CR> commands) {
        this.subject = subject;
        this.commands = commands;
    }

    static <C, S, E, CR extends SpecificRecord, ER extends SpecificRecord, SR extends SpecificRecord>
            ProcessorSupplier<String, byte[], String, SpecificRecord> supplier(
                    Subject<C, S, E, CR, ER, SR> subject, Deserializer<CR> commands, StorePlace place) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, byte[], String, SpecificRecord> get() {
                return new Decide<>(subject, commands);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return DecideStores.builders(subject, place);
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        this.context = context;
        this.stores = new DecideStores<>(subject, context);
        context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::sendTick);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        long now = context.currentStreamTimeMs();
        keepTime(now);
        Outcomes outcomes = understood(record, now);
        if (outcomes == null) {
            endWhatIsDue(record, now);
        } else {
            save(outcomes);
            tell(record, outcomes);
        }
    }

    /** What follows from a command, before anything is written; null for a tick. */
    private @Nullable Outcomes understood(Record<String, byte[]> record, long now) {
        try {
            CR command = commands.deserialize(subject.commands().name(), record.value());
            if (command == null) {
                throw new PoisonCommandException("no value");
            }
            Received<C> received = subject.received(command);
            if (record.key() == null) {
                throw new PoisonCommandException("no key");
            }
            return switch (received) {
                case Received.TimeGoesBy<C>() -> null;
                case Received.Nothing<C>(CommandHeader header) -> {
                    var nothing = new Outcomes(record.key(), Instant.ofEpochMilli(now), header, subject.initial());
                    nothing.answered(new Answer(Outcome.UNCHANGED, "", false));
                    yield nothing;
                }
                case Received.Asked<C>(CommandHeader header, C asked) -> asked(record.key(), header, asked, now);
            };
        } catch (RuntimeException e) {
            if (!(e instanceof KafkaException) || e instanceof SerializationException) {
                refusePoison(record, now);
            }
            throw e;
        }
    }

    private Outcomes asked(String id, CommandHeader header, C command, long now) {
        AnsweredCommand before = stores.answered(header.getCommandId(), now);
        var outcomes = new Outcomes(id, Instant.ofEpochMilli(now), header, load(id));
        if (before == null) {
            expireIfDue(outcomes, now);
            decide(outcomes, command);
        } else {
            Answer first = before.getAnswer();
            outcomes.answered(
                    first == null || !before.getFingerprint().equals(header.getFingerprint())
                            ? new Answer(Outcome.REFUSED, Reasons.KEY_REUSED, false)
                            : new Answer(first.getOutcome(), first.getReason(), true));
        }
        return outcomes;
    }

    private void decide(Outcomes outcomes, C command) {
        switch (subject.decide(command, outcomes.state, outcomes.now)) {
            case Decision.Accepted<E>(List<E> events) -> {
                var answer = new Answer(Outcome.ACCEPTED, "", false);
                for (int i = 0; i < events.size(); i++) {
                    outcomes.happened(events.get(i), outcomes.cause, i == events.size() - 1 ? answer : null);
                }
                outcomes.remembered = answer;
            }
            case Decision.Unchanged<E>() -> {
                var answer = new Answer(Outcome.UNCHANGED, "", false);
                outcomes.answered(answer);
                outcomes.remembered = answer;
            }
            case Decision.Refused<E>(String reason, boolean kept) -> {
                var answer = new Answer(Outcome.REFUSED, reason, false);
                outcomes.answered(answer);
                outcomes.remembered = kept ? answer : null;
            }
        }
    }

    private void endWhatIsDue(Record<String, byte[]> tick, long now) {
        if (now >= stores.graceUntil()) {
            for (String id : stores.due(now, ENDED_PER_TICK)) {
                var outcomes = new Outcomes(id, Instant.ofEpochMilli(now), null, load(id));
                expireIfDue(outcomes, now);
                save(outcomes);
                tell(tick, outcomes);
            }
        }
        stores.forgetAnswers(now, FORGOTTEN_PER_TICK);
    }

    private void expireIfDue(Outcomes outcomes, long now) {
        Instant deadline = subject.deadline(outcomes.state);
        while (deadline != null && deadline.toEpochMilli() <= now && now >= stores.graceUntil()) {
            subject.expire(outcomes.state, outcomes.now).forEach(event -> outcomes.happened(event, null, null));
            Instant next = subject.deadline(outcomes.state);
            if (deadline.equals(next)) {
                throw new IllegalStateException(subject.name() + ": what has run out must end");
            }
            deadline = next;
        }
    }

    private void keepTime(long now) {
        Long last = stores.lastRecordAt();
        if (last != null && now - last > GAP.toMillis() && stores.awaitsDeadlines()) {
            stores.graceUntil(now + GRACE.toMillis());
        }
        stores.recordAt(now);
    }

    private S load(String id) {
        SR known = stores.state(id);
        return known == null ? subject.initial() : subject.state(known);
    }

    private void save(Outcomes outcomes) {
        if (outcomes.changed) {
            stores.state(
                    outcomes.id,
                    subject.record(outcomes.state),
                    outcomes.deadlineBefore,
                    millis(subject.deadline(outcomes.state)));
        }
        CommandHeader cause = outcomes.cause;
        Answer answer = outcomes.remembered;
        if (cause != null && answer != null) {
            Duration kept = cause.getRepeatable() ? REPEATABLE : REMEMBERED;
            stores.answered(
                    cause.getCommandId(),
                    new AnsweredCommand(
                            cause.getFingerprint(),
                            answer,
                            outcomes.now.plus(kept).toEpochMilli()));
        }
    }

    private void tell(Record<String, byte[]> record, Outcomes outcomes) {
        for (ER event : outcomes.events) {
            context.forward(record.withKey(outcomes.id).withValue(event), DeciderTopology.tellEvents(subject));
        }
        if (outcomes.changed) {
            SR state = subject.record(outcomes.state);
            context.forward(record.withKey(outcomes.id).withValue(state), DeciderTopology.tellStates(subject));
        }
    }

    /** Whoever waits for it must hear of it, as far as it can be said who that is. */
    private void refusePoison(Record<String, byte[]> record, long now) {
        String commandId = text(record.headers(), LogKeys.COMMAND_ID);
        if (commandId.isEmpty() || record.key() == null) {
            return;
        }
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId(commandId)
                .setIssuedAt(Instant.ofEpochMilli(now))
                .setCorrelationId(text(record.headers(), LogKeys.CORRELATION_ID))
                .build();
        var outcomes = new Outcomes(record.key(), Instant.ofEpochMilli(now), header, load(record.key()));
        outcomes.answered(new Answer(Outcome.REFUSED, Reasons.INVALID, false));
        tell(record, outcomes);
    }

    /** Nothing that waits, no ticks: a subject at rest costs nothing. */
    private void sendTick(long wallClock) {
        boolean quiet = !stores.awaitsDeadlines();
        if (quiet && (++quietTicks < TICKS_BETWEEN_QUIET_ONES || !stores.remembersAnswers())) {
            return;
        }
        quietTicks = 0;
        int partition = context.taskId().partition();
        context.forward(
                new Record<>("tick", subject.tick(partition), wallClock), DeciderTopology.tellCommands(subject));
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }
}
