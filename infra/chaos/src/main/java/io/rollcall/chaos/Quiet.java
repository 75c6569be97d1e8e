package io.rollcall.chaos;

import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Waits until presence-history has taken all of livekit-events, and nothing more is coming. */
final class Quiet {

    /** A spool that is drained adds to the topic; when nothing was added for so long, it is empty. */
    private static final Duration STILL_FOR = Duration.ofSeconds(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final String bootstrapServers;

    Quiet(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    void await(Duration within) throws InterruptedException, TimeoutException {
        Instant giveUpAt = Instant.now().plus(within);
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            Map<TopicPartition, Long> before = Map.of();
            Instant since = Instant.now();
            while (Duration.between(since, Instant.now()).compareTo(STILL_FOR) < 0) {
                Map<TopicPartition, Long> ends = ends(admin);
                if (!ends.equals(before) || !committed(admin).equals(ends)) {
                    before = ends;
                    since = Instant.now();
                }
                if (since.isAfter(giveUpAt)) {
                    throw new TimeoutException(
                            "presence-history has not caught up: it is at " + committed(admin) + " of " + ends);
                }
                Thread.sleep(LOOK_EVERY);
            }
        }
    }

    private static Map<TopicPartition, Long> ends(Admin admin) throws InterruptedException, TimeoutException {
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        for (int partition = 0; partition < Topics.LIVEKIT_EVENTS.partitions(); partition++) {
            wanted.put(new TopicPartition(Topics.LIVEKIT_EVENTS.name(), partition), OffsetSpec.latest());
        }
        try {
            var ends = new HashMap<TopicPartition, Long>();
            admin.listOffsets(wanted)
                    .all()
                    .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka does not tell the ends of " + Topics.LIVEKIT_EVENTS.name(), e);
        }
    }

    /** Where the group is, with 0 for a partition that never had a record and so has no commit. */
    private static Map<TopicPartition, Long> committed(Admin admin) throws InterruptedException, TimeoutException {
        try {
            var committed = new HashMap<TopicPartition, Long>();
            for (int partition = 0; partition < Topics.LIVEKIT_EVENTS.partitions(); partition++) {
                committed.put(new TopicPartition(Topics.LIVEKIT_EVENTS.name(), partition), 0L);
            }
            admin.listConsumerGroupOffsets(Service.PRESENCE_HISTORY.id())
                    .partitionsToOffsetAndMetadata()
                    .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, position) -> {
                        if (position != null) {
                            committed.replace(partition, position.offset());
                        }
                    });
            return committed;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka does not tell the offsets of presence-history", e);
        }
    }
}
