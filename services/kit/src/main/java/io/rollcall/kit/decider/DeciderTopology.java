package io.rollcall.kit.decider;

import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/**
 * A subject's commands in, its events and states out; ticks go back into the commands. Nothing is repartitioned: all of
 * a thing's commands are in one partition.
 */
public final class DeciderTopology<
                C, S, E, CR extends SpecificRecord, ER extends SpecificRecord, SR extends SpecificRecord>
        implements ServiceTopology {

    private final Subject<C, S, E, CR, ER, SR> subject;
    private final StreamTopics topics;
    private final StorePlace place;

    /** Runs the subject's rules. */
    public DeciderTopology(Subject<C, S, E, CR, ER, SR> subject, StreamTopics topics, StorePlace place) {
        this.subject = subject;
        this.topics = topics;
        this.place = place;
    }

    /** The store with the state of every thing, by its id. */
    public static String statesStore(Subject<?, ?, ?, ?, ?, ?> subject) {
        return DecideStores.states(subject);
    }

    static String tellEvents(Subject<?, ?, ?, ?, ?, ?> subject) {
        return "tell-" + subject.events().name();
    }

    static String tellStates(Subject<?, ?, ?, ?, ?, ?> subject) {
        return "tell-" + subject.states().name();
    }

    static String tellCommands(Subject<?, ?, ?, ?, ?, ?> subject) {
        return "tell-" + subject.commands().name();
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<CR> commands = topics.of(subject.commands());
        StreamTopic<ER> events = topics.of(subject.events());
        StreamTopic<SR> states = topics.of(subject.states());

        // As bytes: what cannot be decoded has an answer too.
        KStream<String, SpecificRecord> decided = builder.stream(
                        commands.name(),
                        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("read-" + commands.name()))
                .process(
                        Decide.supplier(subject, commands.valueSerde().deserializer(), place),
                        Named.as("decide-" + subject.name()));
        decided.mapValues(subject.events().value()::cast, Named.as(tellEvents(subject)))
                .to(events.name(), events.produced());
        decided.mapValues(subject.states().value()::cast, Named.as(tellStates(subject)))
                .to(states.name(), states.produced());
        decided.mapValues(subject.commands().value()::cast, Named.as(tellCommands(subject)))
                .to(commands.name(), commands.produced((topic, key, tick, partitions) -> toItsPartition(tick)));
    }

    private Optional<Set<Integer>> toItsPartition(CR tick) {
        return Optional.ofNullable(subject.tickOf(tick)).map(Set::of);
    }
}
