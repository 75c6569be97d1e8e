package io.rollcall.kit.streams;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.KafkaCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.junit.jupiter.api.Test;

class PatientConsumerTest {

    private final String name = "patient-" + UUID.randomUUID();

    /** As a stream thread that dies closes its consumer. */
    @Test
    void leavesItsGroupAlsoWhenItIsToRemain() throws Exception {
        String kafka = KafkaCluster.shared().bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
            var consumer = new PatientConsumer(
                    Map.of("bootstrap.servers", kafka, "group.id", name, "session.timeout.ms", 45_000),
                    Duration.ofMillis(100));
            consumer.subscribe(List.of(name));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(10));
                return !consumer.assignment().isEmpty();
            });
            assertThat(members(admin)).isOne();

            consumer.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP));

            assertThat(members(admin)).isZero();
        }
    }

    private int members(Admin admin) throws Exception {
        return requireNonNull(
                        admin.describeConsumerGroups(List.of(name)).all().get().get(name))
                .members()
                .size();
    }
}
