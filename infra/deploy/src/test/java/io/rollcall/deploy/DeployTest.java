package io.rollcall.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.RealRegistry;
import io.rollcall.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

class DeployTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void deployingMakesTopicsAndSchemasAndDoingItAgainChangesNothing() throws Exception {
        try (KafkaCluster.Own kafka = KafkaCluster.own();
                RealRegistry registry = RealRegistry.start()) {
            Map<String, String> environment = Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS",
                    kafka.bootstrapServers(),
                    "SCHEMA_REGISTRY_URL",
                    registry.url().toString());

            assertThat(deploy(environment)).as(said(err)).isZero();
            List<String> first = said(out).lines().toList();
            out.reset();
            assertThat(deploy(environment)).as(said(err)).isZero();
            List<String> second = said(out).lines().toList();

            Set<String> wanted = new TreeSet<>();
            Topics.all().forEach(topic -> wanted.add(topic.name()));
            assertThat(topics(kafka)).containsAll(wanted);
            wanted.forEach(topic -> assertThat(first).contains("created topic " + topic));
            assertThat(second)
                    .noneMatch(line -> line.startsWith("created ") || line.startsWith("changed "))
                    .containsAll(first.stream()
                            .filter(line -> line.startsWith("schema "))
                            .toList());
        }
    }

    @Test
    void withALimitOverAllAgenciesTheirCommandsHaveOnePartitionAndMoreAreNotMadeOfIt() throws Exception {
        try (KafkaCluster.Own kafka = KafkaCluster.own();
                RealRegistry registry = RealRegistry.start()) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS",
                    kafka.bootstrapServers(),
                    "SCHEMA_REGISTRY_URL",
                    registry.url().toString(),
                    "QUOTA_LIMIT_TOTAL",
                    "500"));
            assertThat(deploy(environment)).as(said(err)).isZero();

            environment.remove("QUOTA_LIMIT_TOTAL");
            assertThat(deploy(environment)).isOne();
            assertThat(said(err)).contains("quota-commands has 1 partitions, the catalogue says 6");
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(deploy(Map.of())).isEqualTo(1);
        assertThat(said(err)).contains("KAFKA_BOOTSTRAP_SERVERS must be set");
    }

    private int deploy(Map<String, String> environment) {
        return Deploy.run(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static String said(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }

    private static Set<String> topics(KafkaCluster kafka) throws Exception {
        try (var admin = Admin.create(
                Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
            return admin.listTopics().names().get();
        }
    }
}
