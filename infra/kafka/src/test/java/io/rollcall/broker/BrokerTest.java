package io.rollcall.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {

    private static final TopicPartition NOTES = new TopicPartition("notes", 0);

    @TempDir
    Path folder;

    @Test
    void goesOnWithItsDataOnTheSamePortAfterARestart() throws Exception {
        int port;
        String clusterId;
        try (Broker broker = Broker.start(folder, 0)) {
            port = broker.port();
            clusterId = clusterId(broker);
            create(broker, "notes");
            send(broker, "before");
        }

        try (Broker broker = Broker.start(folder, port)) {
            send(broker, "after");

            assertThat(broker.port()).isEqualTo(port);
            assertThat(clusterId(broker)).isEqualTo(clusterId);
            assertThat(read(broker, 2)).containsExactly("before", "after");
        }
    }

    @Test
    void runsTransactionsOfTheSecondVersionAsExactlyOnceNeedsThem() throws Exception {
        try (Broker broker = Broker.start(folder, 0);
                Admin admin = admin(broker)) {
            var features = admin.describeFeatures().featureMetadata().get().finalizedFeatures();

            assertThat(requireNonNull(features.get("transaction.version")).maxVersionLevel())
                    .isGreaterThanOrEqualTo((short) 2);
        }
    }

    /** With them a broker that was killed elects each of its partitions uncleanly. */
    @Test
    void hasNoEligibleLeaderReplicas() throws Exception {
        try (Broker broker = Broker.start(folder, 0);
                Admin admin = admin(broker)) {
            assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
                    .doesNotContainKey("eligible.leader.replicas.version");
        }
    }

    @Test
    void readersSeeATransactionOnlyOnceItIsCommitted() throws Exception {
        try (Broker broker = Broker.start(folder, 0)) {
            create(broker, "notes");
            try (var producer = producer(broker, Map.of("transactional.id", "writer"))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("notes", "taken back")).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("notes", "kept")).get();
                producer.commitTransaction();
            }

            assertThat(read(broker, 1)).containsExactly("kept");
        }
    }

    @Test
    void takesARecordAsLargeAsTheLargestWebhook() throws Exception {
        try (Broker broker = Broker.start(folder, 0)) {
            create(broker, "notes");
            String large = "x".repeat(4 * 1024 * 1024 + 4096);

            send(broker, large);

            assertThat(read(broker, 1)).containsExactly(large);
        }
    }

    @Test
    void createsNoTopicBecauseSomebodyMisspeltOne() throws Exception {
        try (Broker broker = Broker.start(folder, 0);
                Admin admin = admin(broker)) {
            assertThatThrownBy(() -> admin.describeTopics(List.of("nots"))
                            .allTopicNames()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThat(admin.listTopics().names().get()).isEmpty();
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> Broker.start(folder, taken.getLocalPort()))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("another program listens on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void refusesAFolderThatAnotherBrokerUses() {
        try (Broker broker = Broker.start(folder, 0)) {
            assertThatThrownBy(() -> Broker.start(folder, 0))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining(folder.toString());
            assertThat(broker.port()).isPositive();
        }
    }

    private static Admin admin(Broker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static String clusterId(Broker broker) throws Exception {
        try (Admin admin = admin(broker)) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static void create(Broker broker, String topic) throws Exception {
        try (Admin admin = admin(broker)) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    private static KafkaProducer<String, String> producer(Broker broker, Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", broker.bootstrapServers());
        settings.put("max.request.size", 5 * 1024 * 1024);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static void send(Broker broker, String value) throws Exception {
        try (var producer = producer(broker, Map.of())) {
            producer.send(new ProducerRecord<>("notes", value)).get();
        }
    }

    private static List<String> read(Broker broker, int count) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(NOTES));
            consumer.seekToBeginning(List.of(NOTES));
            List<String> values = new java.util.ArrayList<>();
            while (values.size() < count) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }
}
