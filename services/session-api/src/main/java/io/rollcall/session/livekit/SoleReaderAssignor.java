package io.rollcall.session.livekit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives all partitions to one member of the group, and leaves them there for as long as it lives: whoever reads them is
 * the one that polls.
 */
public final class SoleReaderAssignor implements ConsumerPartitionAssignor {

    private static final Comparator<Map.Entry<String, Subscription>> BEST =
            Comparator.<Map.Entry<String, Subscription>>comparingInt(
                            it -> it.getValue().ownedPartitions().isEmpty() ? 0 : 1)
                    .thenComparingInt(it -> it.getValue().generationId().orElse(-1))
                    .thenComparing(Map.Entry::getKey);

    @Override
    public String name() {
        return "sole-reader";
    }

    /** So that members say what they have, and the reader keeps it while others come and go. */
    @Override
    public List<RebalanceProtocol> supportedProtocols() {
        return List.of(RebalanceProtocol.COOPERATIVE, RebalanceProtocol.EAGER);
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription groupSubscription) {
        Map<String, Subscription> members = groupSubscription.groupSubscription();
        String reader = members.entrySet().stream().max(BEST).orElseThrow().getKey();
        Map<String, Assignment> assignments = HashMap.newHashMap(members.size());
        members.forEach((member, subscription) -> assignments.put(
                member, new Assignment(member.equals(reader) ? partitions(metadata, subscription) : List.of())));
        return new GroupAssignment(assignments);
    }

    private static List<TopicPartition> partitions(Cluster metadata, Subscription subscription) {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : subscription.topics()) {
            for (PartitionInfo partition : metadata.partitionsForTopic(topic)) {
                all.add(new TopicPartition(topic, partition.partition()));
            }
        }
        return all;
    }
}
