package io.rollcall.broker;

import static java.util.Objects.requireNonNull;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topic.Keeps;
import io.rollcall.schemas.Topic.StampedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The deploy step for topics: creates those of the catalogue that are missing and brings the settings of the others in
 * line. It deletes nothing, and never changes a number of partitions, because that would move keys to other partitions.
 */
public final class TopicCreator {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

    private final Admin admin;

    /** Works through the given client, which stays open. */
    public TopicCreator(Admin admin) {
        this.admin = admin;
    }

    /**
     * What was done.
     *
     * @param created topics that were not there
     * @param changed settings that were put right, as {@code topic: setting was → is}
     * @param different what cannot be put right without losing order: a number of partitions, as a sentence each
     */
    public record Report(List<String> created, List<String> changed, List<String> different) {

        /** Throws when a topic is not as the catalogue says and was left alone. */
        public Report requireSame() {
            if (!different.isEmpty()) {
                throw new IllegalStateException(String.join("; ", different)
                        + ". Partitions are not changed in place, since keys would move: create a new topic and copy, or"
                        + " delete this one if its data may go.");
            }
            return this;
        }
    }

    /** Creates what is missing, adjusts settings, reports the rest. Doing it twice does nothing the second time. */
    public Report create(Collection<? extends Topic<?>> topics) {
        List<String> created = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        List<String> different = new ArrayList<>();
        Set<String> existing = await(admin.listTopics().names());
        List<Topic<?>> toCheck = new ArrayList<>();
        for (Topic<?> topic : topics) {
            if (!existing.contains(topic.name()) && createNew(topic)) {
                created.add(topic.name());
            } else {
                toCheck.add(topic);
            }
        }
        // The controller says yes a moment before every broker knows: whoever starts next must find the topics.
        Map<String, TopicDescription> descriptions = awaitKnown(() ->
                admin.describeTopics(topics.stream().map(Topic::name).toList()).allTopicNames());
        Map<ConfigResource, Config> settings = awaitKnown(() -> admin.describeConfigs(
                        toCheck.stream().map(TopicCreator::resource).toList())
                .all());
        for (Topic<?> topic : toCheck) {
            int partitions =
                    requireNonNull(descriptions.get(topic.name())).partitions().size();
            if (partitions != topic.partitions()) {
                different.add("topic " + topic.name() + " has " + partitions + " partitions, the catalogue says "
                        + topic.partitions());
            }
            changed.addAll(adjust(topic, requireNonNull(settings.get(resource(topic)))));
        }
        return new Report(List.copyOf(created), List.copyOf(changed), List.copyOf(different));
    }

    private boolean createNew(Topic<?> topic) {
        var wanted = new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty());
        try {
            await(admin.createTopics(List.of(wanted.configs(settings(topic)))).all());
            return true;
        } catch (TopicExistsException e) {
            // Another instance of the deploy step was faster.
            return false;
        }
    }

    private List<String> adjust(Topic<?> topic, Config current) {
        List<String> changes = new ArrayList<>();
        List<AlterConfigOp> operations = new ArrayList<>();
        settings(topic).forEach((name, wanted) -> {
            ConfigEntry entry = current.get(name);
            String was = entry == null ? null : entry.value();
            if (!wanted.equals(was)) {
                changes.add(topic.name() + ": " + name + " " + was + " → " + wanted);
                operations.add(new AlterConfigOp(new ConfigEntry(name, wanted), AlterConfigOp.OpType.SET));
            }
        });
        if (!operations.isEmpty()) {
            await(admin.incrementalAlterConfigs(Map.of(resource(topic), operations))
                    .all());
        }
        return changes;
    }

    private static ConfigResource resource(Topic<?> topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    /** The broker's settings that follow from the catalogue. */
    static Map<String, String> settings(Topic<?> topic) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                topic.stampedBy() == StampedBy.BROKER ? "LogAppendTime" : "CreateTime");
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(topic.maxRecordBytes()));
        switch (topic.keeps()) {
            case Keeps.For(Duration retention) -> {
                settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
                settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
                // Only whole segments go: with the default of a week, a day's retention would keep eight.
                settings.put(
                        TopicConfig.SEGMENT_MS_CONFIG,
                        Long.toString(segment(retention).toMillis()));
            }
            case Keeps.Forever() -> {
                settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
                settings.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
                settings.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
            }
            case Keeps.Latest() -> {
                settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
                // Views read these from the beginning: keep what is not compacted yet small.
                settings.put(
                        TopicConfig.SEGMENT_MS_CONFIG,
                        Long.toString(Duration.ofHours(1).toMillis()));
                settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(64 * 1024 * 1024));
                settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.2");
            }
        }
        return settings;
    }

    private static Duration segment(Duration retention) {
        Duration part = retention.dividedBy(8);
        Duration longest = Duration.ofDays(1);
        return part.compareTo(longest) > 0 ? longest : part;
    }

    private static <T> T awaitKnown(Supplier<KafkaFuture<T>> question) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return await(question.get());
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(BETWEEN_QUESTIONS.toNanos());
            }
        }
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("Kafka did not answer within " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for Kafka", e);
        }
    }
}
