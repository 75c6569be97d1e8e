package io.rollcall.kit.decider;

import io.rollcall.kit.streams.CommitPace;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.schemas.Topic;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Commands in, events and states out; ticks go back into the commands. Nothing is repartitioned: what is decided
 * together is in one partition.
 */
public final class DeciderTopology<C, S, E, CR extends SpecificRecord, ER extends SpecificRecord>
        implements ServiceTopology {

    private final Rules<C, S, E, CR, ER> rules;
    private final Shelving<C, S, ER> shelving;
    private final StreamTopics topics;
    private final StorePlace place;
    private final Duration commitInterval;
    private final Consumer<Duration> decidedAfter;

    /** Runs the rules of a subject. */
    public DeciderTopology(
            Subject<C, S, E, CR, ER, ?> subject, StreamTopics topics, StorePlace place, Duration commitInterval) {
        this(subject, new SingleRecords<>(subject), topics, place, commitInterval, _ -> {});
    }

    /**
     * Runs rules whose states are kept in a way of their own.
     *
     * @param place where its store is
     * @param commitInterval how soon what is fresh is committed
     * @param decidedAfter is told of every command how long after the broker had it it was decided
     */
    public DeciderTopology(
            Rules<C, S, E, CR, ER> rules,
            Shelving<C, S, ER> shelving,
            StreamTopics topics,
            StorePlace place,
            Duration commitInterval,
            Consumer<Duration> decidedAfter) {
        this.rules = rules;
        this.shelving = shelving;
        this.topics = topics;
        this.place = place;
        this.commitInterval = commitInterval;
        this.decidedAfter = decidedAfter;
    }

    /** The name of the one store of a decider. */
    public static String store(Protocol<?, ?> protocol) {
        return protocol.name() + "-state";
    }

    static String tell(Topic<?> topic) {
        return "tell-" + topic.name();
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<CR> commands = topics.of(rules.commands());
        StreamTopic<ER> events = topics.of(rules.events());
        Topic<ER> replies = rules.replies();

        // As bytes: what cannot be decoded has an answer too.
        KStream<String, SpecificRecord> decided = builder.stream(
                        commands.name(),
                        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("read-" + commands.name()))
                .processValues(CommitPace.step(commitInterval), Named.as("pace-" + commands.name()))
                .process(
                        Decide.supplier(rules, shelving, commands.valueSerde().deserializer(), place, decidedAfter),
                        Named.as("decide-" + rules.name()));
        write(decided, events, events.produced());
        if (replies != null) {
            StreamTopic<ER> answers = topics.of(replies);
            write(decided, answers, answers.produced());
        }
        shelving.topics().forEach(states -> writeStates(decided, states));
        write(decided, commands, commands.produced((topic, key, command, partitions) -> toItsPartition(command)));
    }

    private <V extends SpecificRecord> void writeStates(
            KStream<String, SpecificRecord> decided, Shelving.StateTopic<V> states) {
        StreamTopic<V> topic = topics.of(states.topic());
        var partitioner = states.partitioner();
        write(decided, topic, partitioner == null ? topic.produced() : topic.produced(partitioner));
    }

    private static <V extends SpecificRecord> void write(
            KStream<String, SpecificRecord> decided, StreamTopic<V> topic, Produced<String, V> produced) {
        decided.mapValues(topic.topic().value()::cast, Named.as(tell(topic.topic())))
                .to(topic.name(), produced);
    }

    /** What is no tick goes back where it came from: by its key. */
    private Optional<Set<Integer>> toItsPartition(CR command) {
        return Optional.ofNullable(rules.tickOf(command)).map(Set::of);
    }
}
