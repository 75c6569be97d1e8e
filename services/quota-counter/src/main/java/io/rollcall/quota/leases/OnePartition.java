package io.rollcall.quota.leases;

import io.rollcall.kit.kafka.UnfitBrokerException;
import io.rollcall.kit.streams.StartCheck;
import io.rollcall.schemas.Topics;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.jspecify.annotations.Nullable;

/** A limit over all agencies is exact only where one decider sees all of them: in a single partition. */
public final class OnePartition implements StartCheck {

    private static final long PATIENCE_SECONDS = 5;

    private final @Nullable Integer totalLimit;

    /** Checks where there is such a limit. */
    public OnePartition(@Nullable Integer totalLimit) {
        this.totalLimit = totalLimit;
    }

    @Override
    public void check(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        if (totalLimit == null) {
            return;
        }
        String topic = Topics.QUOTA_COMMANDS.name();
        TopicDescription description = Objects.requireNonNull(admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .get(topic));
        int partitions = description.partitions().size();
        if (partitions != 1) {
            throw new UnfitBrokerException(
                    "QUOTA_LIMIT_TOTAL needs " + topic + " to have one partition, and it has " + partitions
                            + ": deploy with QUOTA_LIMIT_TOTAL set, or do without it",
                    null);
        }
    }
}
