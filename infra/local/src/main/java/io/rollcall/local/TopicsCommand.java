package io.rollcall.local;

import static java.util.Objects.requireNonNull;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code topics}: the topics of the catalogue as the running broker has them. */
@Command(
        name = "topics",
        description = "Lists the topics of the catalogue as the running broker has them.",
        mixinStandardHelpOptions = true)
final class TopicsCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String ROW = "%-32s %-16s %-10s %-8s %s%n";

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Override
    public Integer call() throws IOException, InterruptedException {
        URI kafka = RunFile.read(rollcall.data()).stream()
                .flatMap(run -> run.parts().stream())
                .filter(entry -> entry.name().equals(Parts.KAFKA))
                .map(RunFile.Entry::readiness)
                .findFirst()
                .orElseThrow(() -> new StackException("No Kafka runs here: start the stack with ./rollcall up."));
        if (Probe.ask(kafka) instanceof Probe.Answer.NotReady(String reason)) {
            throw new StackException("Kafka on " + kafka.getAuthority() + " " + reason + "; see ./rollcall status.");
        }
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.getAuthority()))) {
            print(admin);
        }
        return 0;
    }

    private static void print(Admin admin) throws InterruptedException {
        Set<String> existing = await(admin.listTopics().names());
        List<String> names = Topics.all().stream()
                .map(Topic::name)
                .filter(existing::contains)
                .toList();
        var topics = await(admin.describeTopics(names).allTopicNames());
        var settings = await(admin.describeConfigs(
                        names.stream().map(TopicsCommand::resource).toList())
                .all());
        var latest = new HashMap<TopicPartition, OffsetSpec>();
        topics.values().forEach(topic -> partitions(topic).forEach(p -> latest.put(p, OffsetSpec.latest())));
        var ends = await(admin.listOffsets(latest).all());
        System.out.printf(ROW, "topic", "writer", "partitions", "keeps", "end offsets");
        for (Topic<?> topic : Topics.all()) {
            TopicDescription there = topics.get(topic.name());
            if (there == null) {
                System.out.printf(ROW, topic.name(), topic.writer().id(), "-", "-", "not on this broker");
            } else {
                System.out.printf(
                        ROW,
                        topic.name(),
                        topic.writer().id(),
                        there.partitions().size(),
                        keeps(requireNonNull(settings.get(resource(topic.name())))),
                        offsets(there, ends));
            }
        }
    }

    private static List<TopicPartition> partitions(TopicDescription topic) {
        return IntStream.range(0, topic.partitions().size())
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .toList();
    }

    private static String offsets(TopicDescription topic, Map<TopicPartition, ListOffsetsResultInfo> ends) {
        List<Long> offsets = partitions(topic).stream()
                .map(partition -> requireNonNull(ends.get(partition)).offset())
                .toList();
        long sum = offsets.stream().mapToLong(Long::longValue).sum();
        return offsets.size() == 1 ? Long.toString(sum) : sum + " = " + offsets;
    }

    private static String keeps(Config settings) {
        if (settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value().equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            return "latest";
        }
        long millis =
                Long.parseLong(settings.get(TopicConfig.RETENTION_MS_CONFIG).value());
        if (millis < 0) {
            return "all";
        }
        Duration retention = Duration.ofMillis(millis);
        if (retention.toDays() > 0) {
            return retention.toDays() + " d";
        }
        return retention.toHours() > 0 ? retention.toHours() + " h" : retention.toMinutes() + " min";
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T await(KafkaFuture<T> answer) throws InterruptedException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StackException("Kafka answers: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new StackException("Kafka does not answer", e);
        }
    }
}
