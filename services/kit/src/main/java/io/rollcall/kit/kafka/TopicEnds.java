package io.rollcall.kit.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Where topics end just now, with what is not committed yet: whoever has read so far knows everything that had happened when
 * it was asked.
 */
public final class TopicEnds implements AutoCloseable {

    private final Admin admin;

    /** Asks the broker that is set. */
    public TopicEnds(KafkaSettings kafka, String clientId) {
        this.admin = Admin.create(kafka.admin(clientId + "-topic-ends"));
    }

    /** The next offset of each; fails when the broker does not answer in time. */
    CompletableFuture<Map<TopicPartition, Long>> now(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest = HashMap.newHashMap(partitions.size());
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        return admin.listOffsets(latest)
                .all()
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(found -> {
                    Map<TopicPartition, Long> ends = HashMap.newHashMap(found.size());
                    found.forEach((partition, info) -> ends.put(partition, info.offset()));
                    return ends;
                });
    }

    @Override
    public void close() {
        // Whoever still waits for an answer is not answered any more.
        admin.close(Duration.ofSeconds(1));
    }
}
