package io.rollcall.kit.peers;

import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/** Which instance of this service has which partitions, and who stands by. */
public final class Instances {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Supplier<KafkaStreams> streams;
    private final HostInfo self;
    private final String store;
    private final Topic<?> input;
    private final IntSupplier partitions;

    /**
     * @param self where this instance answers, as {@code host:port}; the same as what Kafka Streams was told
     * @param store whose owner owns everything of its partition
     * @param input the topic from which that store is made
     * @param partitions how many that topic has
     */
    public Instances(
            Supplier<KafkaStreams> streams, String self, String store, Topic<?> input, IntSupplier partitions) {
        this.streams = streams;
        this.self = HostInfo.buildFromEndpoint(self);
        this.store = store;
        this.input = input;
        this.partitions = partitions;
    }

    /** Whether that is this instance. */
    public boolean isSelf(HostInfo host) {
        return self.equals(host);
    }

    /** The partition that a key of the input is in. */
    public int partitionOf(String key) {
        KeyQueryMetadata metadata =
                asked(it -> it.queryMetadataForKey(store, key, Serdes.String().serializer()));
        if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            throw nobodyHasIt();
        }
        return metadata.partition();
    }

    private <T extends @Nullable Object> T asked(Function<KafkaStreams, T> question) {
        try {
            return question.apply(streams.get());
        } catch (InvalidStateStoreException e) {
            throw nobodyHasIt();
        } catch (IllegalStateException e) {
            // Streams that are stopped in the middle of a question.
            if (streams.get().state().isRunningOrRebalancing()) {
                throw e;
            }
            throw nobodyHasIt();
        }
    }

    /** Of a list that is about everything. */
    public List<Integer> allPartitions() {
        return IntStream.range(0, partitions.getAsInt()).boxed().toList();
    }

    /**
     * Asks for all of the given partitions, each once: its owner, or who stands by when the owner does not answer.
     *
     * @param ask what to ask an instance for some of the partitions; throws {@link UnavailableException} when it does
     *     not answer
     * @throws UnavailableException when somebody's part cannot be had: a list is whole or it is not given
     */
    public <T> List<T> gather(Collection<Integer> partitions, BiFunction<HostInfo, Collection<Integer>, T> ask) {
        Map<Integer, List<HostInfo>> candidates = candidates();
        Set<Integer> pending = new HashSet<>(partitions);
        Set<HostInfo> failed = new HashSet<>();
        List<T> answers = new ArrayList<>();
        while (!pending.isEmpty()) {
            for (var part : plan(candidates, pending, failed).entrySet()) {
                try {
                    answers.add(ask.apply(part.getKey(), part.getValue()));
                    pending.removeAll(part.getValue());
                } catch (UnavailableException e) {
                    failed.add(part.getKey());
                }
            }
        }
        return answers;
    }

    private static SortedMap<HostInfo, Collection<Integer>> plan(
            Map<Integer, List<HostInfo>> candidates, Collection<Integer> pending, Set<HostInfo> failed) {
        SortedMap<HostInfo, Collection<Integer>> plan = new TreeMap<>(Instances::byAddress);
        for (int partition : pending) {
            HostInfo host = candidates.getOrDefault(partition, List.of()).stream()
                    .filter(candidate -> !failed.contains(candidate))
                    .findFirst()
                    .orElseThrow(Instances::nobodyHasIt);
            plan.computeIfAbsent(host, _ -> new ArrayList<>()).add(partition);
        }
        return plan;
    }

    /** Who may answer for each partition, its owner first. */
    private Map<Integer, List<HostInfo>> candidates() {
        Map<Integer, List<HostInfo>> candidates = new HashMap<>();
        Collection<StreamsMetadata> all = asked(it -> it.streamsMetadataForStore(store));
        for (StreamsMetadata instance : all) {
            add(candidates, instance.topicPartitions(), instance.hostInfo());
        }
        for (StreamsMetadata instance : all) {
            add(candidates, instance.standbyTopicPartitions(), instance.hostInfo());
        }
        return candidates;
    }

    private void add(Map<Integer, List<HostInfo>> candidates, Collection<TopicPartition> partitions, HostInfo host) {
        for (TopicPartition partition : partitions) {
            if (partition.topic().equals(input.name())) {
                candidates
                        .computeIfAbsent(partition.partition(), _ -> new ArrayList<>())
                        .add(host);
            }
        }
    }

    private static int byAddress(HostInfo one, HostInfo other) {
        int byHost = one.host().compareTo(other.host());
        return byHost != 0 ? byHost : Integer.compare(one.port(), other.port());
    }

    private static UnavailableException nobodyHasIt() {
        return new UnavailableException(
                "An instance that has a part of the state does not answer, and nobody stands by.", RETRY_AFTER);
    }
}
