package io.rollcall.kit.decider;

import io.rollcall.kit.decider.Shelf.Item;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.Topic;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Runs rules on their commands. In one transaction: the events, the new states, the timers, and always an answer.
 * Everything that can fail on a bad command comes before the first write.
 *
 * <p>The one clock is the commands topic's, never running back. What has run out ends before anything else is decided
 * about it, and without a command at the next tick; ticks come through the log too, so that a replay ends it at the same
 * place. While nobody decided, nobody's time ran out: ticks that are missing for more than {@link #GAP} while something
 * waits move every deadline to {@link #GRACE} after the last record without one. Ticks only: commands that others append
 * meanwhile say nothing of those who could not.
 */
final class Decide<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord>
        implements Processor<String, byte[], String, SpecificRecord> {

    static final Duration TICK = Duration.ofSeconds(1);
    static final Duration GAP = Duration.ofSeconds(15);
    static final Duration GRACE = Duration.ofSeconds(60);

    /** Answers to commands with an Idempotency-Key. */
    static final Duration REPEATABLE = Duration.ofHours(24);

    /** Answers to all others: nobody repeats them, but a record may be there twice. */
    static final Duration REMEMBERED = Duration.ofMinutes(10);

    /** So many things are decided about for one record; what is left of it goes back into the log. */
    static final int AT_ONCE = 2_000;

    private static final Answer UNCHANGED = new Answer(Outcome.UNCHANGED, "", false);
    private static final int FORGOTTEN_PER_TICK = 10_000;
    private static final int TICKS_BETWEEN_QUIET_ONES = 60;

    private final Rules<C, S, E, CR, ER> rules;
    private final Shelving<C, S, ER> shelving;
    private final Deserializer<CR> commands;
    private final Consumer<Duration> decidedAfter;
    private ProcessorContext<String, SpecificRecord> context;
    private DecideStores stores;
    private Shelf<C, S, ER> shelf;
    private Record<String, byte[]> record;
    private Instant now = Instant.EPOCH;
    private int toldOfRecord;
    private int quietTicks;

    /** What becomes of one thing, until all of it is known. */
    private final class Outcomes {
        private final Item<S> before;
        private final @Nullable CommandHeader cause;
        private final List<ER> events = new ArrayList<>();
        private @Nullable ER reply;
        private S state;
        private boolean changed;

        Outcomes(Item<S> before, @Nullable CommandHeader cause) {
            this.before = before;
            this.cause = cause;
            this.state = before.state();
        }

        void evolved(E event) {
            state = rules.evolve(state, event);
            changed = true;
        }

        void happened(E event, @Nullable CommandHeader because, @Nullable Answer answer) {
            evolved(event);
            events.add(rules.event(new Told<>(nextId(), now, before.key(), because, event, answer, state)));
        }

        void answered(Answer answer) {
            events.add(bare(answer));
        }

        void replied(Answer answer) {
            reply = bare(answer);
        }

        private ER bare(Answer answer) {
            return rules.event(new Told<>(nextId(), now, before.key(), cause, null, answer, state));
        }

        private UUID nextId() {
            RecordMetadata at = context.recordMetadata().orElseThrow();
            return Uuid7.ofRecord(now, at.topic(), at.partition(), at.offset(), toldOfRecord++);
        }
    }

    @SuppressWarnings("NullAway.Init")
    private Decide(
            Rules<C, S, E, CR, ER> rules,
            Shelving<C, S, ER> shelving,
            Deserializer<CR> commands,
            Consumer<Duration> decidedAfter) {
        this.rules = rules;
        this.shelving = shelving;
        this.commands = commands;
        this.decidedAfter = decidedAfter;
    }

    static <C, S, E, CR extends SpecificRecord, ER extends SpecificRecord>
            ProcessorSupplier<String, byte[], String, SpecificRecord> supplier(
                    Rules<C, S, E, CR, ER> rules,
                    Shelving<C, S, ER> shelving,
                    Deserializer<CR> commands,
                    StorePlace place,
                    Consumer<Duration> decidedAfter) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, byte[], String, SpecificRecord> get() {
                return new Decide<>(rules, shelving, commands, decidedAfter);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(place.store(DeciderTopology.store(rules), Serdes.Bytes(), Serdes.ByteArray()));
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        this.context = context;
        KeyValueStore<Bytes, byte[]> store = context.getStateStore(DeciderTopology.store(rules));
        this.stores = new DecideStores(store);
        this.shelf = shelving.open(store, new Shelving.Teller() {
            @Override
            public <V extends SpecificRecord> void tell(Topic<V> topic, String key, @Nullable V state) {
                forward(key, state, topic);
            }
        });
        context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::sendTick);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        this.record = record;
        this.now = Instant.ofEpochMilli(context.currentStreamTimeMs());
        this.toldOfRecord = 0;
        keepTime();
        switch (understood()) {
            case Received.TimeGoesBy<C>() -> {
                stores.tickAt(now.toEpochMilli());
                endWhatIsDue();
            }
            case Received.Nothing<C>(CommandHeader header) -> {
                var nothing = new Outcomes(shelf.nothing(record.key()), header);
                nothing.answered(header.getFingerprint().isEmpty() ? UNCHANGED : keyOf(header));
                finish(nothing);
            }
            case Received.Asked<C>(CommandHeader header, C command) -> {
                asked(header, command);
                decidedAfter.accept(Duration.ofMillis(context.currentSystemTimeMs() - record.timestamp()));
            }
        }
    }

    /** Nothing has been written yet when this fails but the answer. */
    private Received<C> understood() {
        try {
            CR command = commands.deserialize(rules.commands().name(), record.value());
            if (command == null) {
                throw new PoisonCommandException("no value");
            }
            Received<C> received = rules.received(command);
            if (record.key() == null) {
                throw new PoisonCommandException("no key");
            }
            return received;
        } catch (RuntimeException e) {
            if (!(e instanceof KafkaException) || e instanceof SerializationException) {
                refusePoison();
            }
            throw e;
        }
    }

    private void asked(CommandHeader header, C command) {
        if (rules.quiet(command)) {
            var outcomes = new Outcomes(about(command), header);
            expireIfDue(outcomes);
            noted(outcomes, command);
            finish(outcomes);
            return;
        }
        AnsweredCommand before = stores.answered(header.getCommandId(), now.toEpochMilli());
        if (before == null) {
            endWhatStandsInTheWay(command);
            decideAboutAll(header, command);
        } else {
            var outcomes = new Outcomes(about(command), header);
            outcomes.answered(again(before, header));
            finish(outcomes);
        }
    }

    /**
     * A command for nothing with a body's fingerprint tells what its key was first used for, if it was; under an
     * Idempotency-Key it also keeps that. For requests that may be decided in one partition or another, by what is in their
     * body.
     */
    private Answer keyOf(CommandHeader header) {
        AnsweredCommand before = stores.answered(header.getCommandId(), now.toEpochMilli());
        if (before != null) {
            return again(before, header);
        }
        if (!header.getRepeatable()) {
            return UNCHANGED;
        }
        var kept = new Answer(Outcome.UNCHANGED, header.getNote(), false);
        remember(header, kept);
        return kept;
    }

    private static Answer again(AnsweredCommand before, CommandHeader header) {
        Answer first = before.getAnswer();
        return first == null || !before.getFingerprint().equals(header.getFingerprint())
                ? new Answer(Outcome.REFUSED, Reasons.KEY_REUSED, false)
                : new Answer(first.getOutcome(), first.getReason(), true);
    }

    private Item<S> about(C command) {
        return shelf.about(record.key(), command, 1).getFirst().get();
    }

    /** As much as a record may do; and more only when the answer would be no for what has run out. */
    private void endWhatStandsInTheWay(C command) {
        if (graceLasts()) {
            return;
        }
        List<Supplier<Item<S>>> due;
        do {
            due = shelf.dueBefore(record.key(), command, now.toEpochMilli(), AT_ONCE);
            due.forEach(this::end);
        } while (due.size() >= AT_ONCE && refusedForNow(command));
    }

    private boolean refusedForNow(C command) {
        return rules.decide(command, about(command).state(), now) instanceof Decision.Refused<E> refused
                && !refused.kept();
    }

    private void decideAboutAll(CommandHeader header, C command) {
        List<Supplier<Item<S>>> all = shelf.about(record.key(), command, AT_ONCE + 1);
        boolean more = all.size() > AT_ONCE;
        boolean anyAccepted = false;
        boolean unchanged = false;
        for (int i = 0; i < all.size() && i < AT_ONCE; i++) {
            boolean last = i == all.size() - 1;
            var outcomes = new Outcomes(all.get(i).get(), header);
            expireIfDue(outcomes);
            Decision<E> decision = rules.decide(command, outcomes.state, now);
            anyAccepted |= decision instanceof Decision.Accepted<E>;
            unchanged = decision instanceof Decision.Unchanged<E>;
            decided(outcomes, decision, last ? answer(decision, anyAccepted, header.getNote()) : null);
            if (last) {
                remember(header, decision, answer(decision, anyAccepted, header.getNote()));
            }
            finish(outcomes);
        }
        String undone = rules.undoes(command);
        // What stays as it is keeps its answer.
        if (undone != null && !unchanged) {
            stores.forget(undone);
        }
        if (more) {
            forward(record.key(), commands.deserialize(rules.commands().name(), record.value()), rules.commands());
        }
    }

    private static Answer answer(Decision<?> decision, boolean anyAccepted, String note) {
        return switch (decision) {
            case Decision.Accepted<?> _ -> new Answer(Outcome.ACCEPTED, note, false);
            case Decision.Unchanged<?> _ -> new Answer(anyAccepted ? Outcome.ACCEPTED : Outcome.UNCHANGED, note, false);
            case Decision.Refused<?> refused -> new Answer(Outcome.REFUSED, refused.reason(), false);
        };
    }

    /**
     * @param answer on the last event, or bare where there is none; null when others of the same command come after it
     */
    private void decided(Outcomes outcomes, Decision<E> decision, @Nullable Answer answer) {
        List<E> events = events(decision);
        for (int i = 0; i < events.size(); i++) {
            outcomes.happened(events.get(i), outcomes.cause, i == events.size() - 1 ? answer : null);
        }
        if (events.isEmpty() && answer != null) {
            outcomes.answered(answer);
        }
    }

    private void noted(Outcomes outcomes, C command) {
        Decision<E> decision = rules.decide(command, outcomes.state, now);
        events(decision).forEach(outcomes::evolved);
        outcomes.replied(answer(decision, false, ""));
    }

    private static <E> List<E> events(Decision<E> decision) {
        return switch (decision) {
            case Decision.Accepted<E>(List<E> events) -> events;
            case Decision.Refused<E>(String _, boolean _, List<E> events) -> events;
            case Decision.Unchanged<E>() -> List.of();
        };
    }

    private void remember(CommandHeader header, Decision<E> decision, Answer answer) {
        if (!(decision instanceof Decision.Refused<E> refused) || refused.kept()) {
            remember(header, answer);
        }
    }

    private void remember(CommandHeader header, Answer answer) {
        Duration kept = header.getRepeatable() ? REPEATABLE : REMEMBERED;
        stores.answered(
                header.getCommandId(),
                new AnsweredCommand(
                        header.getFingerprint(), answer, now.plus(kept).toEpochMilli()));
    }

    private void endWhatIsDue() {
        if (!graceLasts()) {
            List<Supplier<Item<S>>> due = shelf.due(now.toEpochMilli(), AT_ONCE);
            due.forEach(this::end);
            if (due.size() == AT_ONCE) {
                // There may be more: a tick of its own at once, so that no transaction grows without end.
                tick();
            }
        }
        stores.forgetAnswers(now.toEpochMilli(), FORGOTTEN_PER_TICK);
    }

    private void end(Supplier<Item<S>> due) {
        var outcomes = new Outcomes(due.get(), null);
        expireIfDue(outcomes);
        finish(outcomes);
    }

    private void expireIfDue(Outcomes outcomes) {
        Instant deadline = rules.deadline(outcomes.state);
        while (deadline != null && !deadline.isAfter(now) && !graceLasts()) {
            rules.expire(outcomes.state, now).forEach(event -> outcomes.happened(event, null, null));
            Instant next = rules.deadline(outcomes.state);
            if (deadline.equals(next)) {
                throw new IllegalStateException(rules.name() + ": what has run out must end");
            }
            deadline = next;
        }
    }

    private boolean graceLasts() {
        return now.toEpochMilli() < stores.graceUntil();
    }

    private void keepTime() {
        Long tick = stores.lastTickAt();
        if (tick != null && now.toEpochMilli() - tick <= GAP.toMillis()) {
            return;
        }
        if (tick != null && shelf.awaitsDeadlines()) {
            stores.graceUntil(now.plus(GRACE).toEpochMilli());
        } else {
            // At rest nobody ticks, and nobody misses it.
            stores.tickAt(now.toEpochMilli());
        }
    }

    private void finish(Outcomes outcomes) {
        if (outcomes.changed) {
            shelf.save(outcomes.before, outcomes.state);
        }
        for (ER event : outcomes.events) {
            shelf.told(event);
            forward(outcomes.before.key(), event, rules.events());
        }
        Topic<ER> replies = rules.replies();
        if (outcomes.reply != null && replies != null) {
            forward(record.key(), outcomes.reply, replies);
        }
    }

    private void forward(String key, @Nullable SpecificRecord value, Topic<?> topic) {
        context.forward(record.withKey(key).withValue(value), DeciderTopology.tell(topic));
    }

    /** Whoever waits for it must hear of it, as far as it can be said who that is. */
    private void refusePoison() {
        String commandId = text(record.headers(), LogKeys.COMMAND_ID);
        if (commandId.isEmpty() || record.key() == null) {
            return;
        }
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId(commandId)
                .setIssuedAt(now)
                .setCorrelationId(text(record.headers(), LogKeys.CORRELATION_ID))
                .build();
        var outcomes = new Outcomes(shelf.nothing(record.key()), header);
        outcomes.answered(new Answer(Outcome.REFUSED, Reasons.INVALID, false));
        finish(outcomes);
    }

    /** Nothing that waits, no ticks: a subject at rest costs nothing. */
    private void sendTick(long wallClock) {
        boolean quiet = !shelf.awaitsDeadlines();
        if (quiet && (++quietTicks < TICKS_BETWEEN_QUIET_ONES || !stores.remembersAnswers())) {
            return;
        }
        quietTicks = 0;
        tick();
    }

    private void tick() {
        context.forward(
                new Record<String, SpecificRecord>(
                        "tick", rules.tick(context.taskId().partition()), context.currentSystemTimeMs()),
                DeciderTopology.tell(rules.commands()));
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
