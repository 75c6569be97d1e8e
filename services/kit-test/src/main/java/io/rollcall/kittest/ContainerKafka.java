package io.rollcall.kittest;

import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** Kafka from its published image, with the settings of the broker that the local stack runs. */
final class ContainerKafka extends KafkaCluster {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerKafka.class);
    private static final String IMAGE = "apache/kafka:4.2.1";

    private final KafkaContainer container;

    private ContainerKafka(KafkaContainer container) {
        this.container = container;
    }

    /** Nothing where Docker does not answer, or cannot get the image. */
    static Optional<ContainerKafka> start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.empty();
        }
        var container = new KafkaContainer(IMAGE).withEnv(settings());
        try {
            container.start();
            return Optional.of(new ContainerKafka(container));
        } catch (RuntimeException e) {
            LOG.warn("Docker answers, but {} does not start; the broker runs in this JVM instead", IMAGE, e);
            container.stop();
            return Optional.empty();
        }
    }

    private static Map<String, String> settings() {
        return Map.of(
                "KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false",
                "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "4",
                "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4",
                "KAFKA_MESSAGE_MAX_BYTES", "5242880",
                "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0",
                "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000",
                "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "500");
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers();
    }

    @Override
    public void close() {
        container.stop();
    }
}
