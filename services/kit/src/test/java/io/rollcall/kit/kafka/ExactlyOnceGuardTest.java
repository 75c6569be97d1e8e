package io.rollcall.kit.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kittest.KafkaCluster;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ExactlyOnceGuardTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void acceptsABrokerOfOurs() {
        try (Admin admin = admin(KafkaCluster.shared().bootstrapServers())) {
            assertThatCode(() -> ExactlyOnceGuard.check(admin, PATIENCE)).doesNotThrowAnyException();
        }
    }

    @Test
    void refusesOneWithTheOldTransactions() throws Exception {
        try (var kafka = KafkaCluster.own();
                Admin admin = admin(kafka.bootstrapServers())) {
            var downgrade = new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
            admin.updateFeatures(Map.of("transaction.version", downgrade), new UpdateFeaturesOptions())
                    .all()
                    .get();

            assertThatThrownBy(() -> ExactlyOnceGuard.check(admin, PATIENCE))
                    .isInstanceOf(UnfitBrokerException.class)
                    .hasMessageContaining("transaction.version 2")
                    .hasMessageContaining("have 1");
        }
    }

    @Test
    void saysThatNobodyAnswersRatherThanRefusing() {
        try (Admin admin = admin("127.0.0.1:1")) {
            assertThatThrownBy(() -> ExactlyOnceGuard.check(admin, Duration.ofMillis(300)))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(TestKafka.settings(bootstrapServers).admin("guard-test"));
    }
}
