package io.rollcall.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker as the process that the local stack runs. */
class BrokerMainTest {

    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path folder;

    @Test
    void saysWhenItIsReadyAndStopsInOrderWhenItIsTold() throws Exception {
        int port = freePort();
        Process process = start("--data", folder.resolve("data").toString(), "--port", Integer.toString(port));
        try (BufferedReader out = process.inputReader();
                BufferedReader errors = process.errorReader()) {
            assertThat(out.readLine()).isEqualTo("Kafka is ready on 127.0.0.1:" + port);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
                assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            }

            // Process.destroy would close its streams as well.
            process.toHandle().destroy();

            assertThat(process.waitFor()).isEqualTo(TERMINATED);
            assertThat(errors.lines().filter(line -> line.contains("ERROR"))).isEmpty();
            assertThat(folder.resolve("data").resolve(".kafka_cleanshutdown")).exists();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @Timeout(60)
    void goesOnAfterItWasKilledWithWhatItsGroupsHadRead() throws Exception {
        int port = freePort();
        String data = folder.resolve("data").toString();
        Map<String, Object> clients = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        var read = Map.of(new TopicPartition("notes", 0), new OffsetAndMetadata(7));
        for (int life = 0; life < 3; life++) {
            Process process = start("--data", data, "--port", Integer.toString(port));
            try (BufferedReader out = process.inputReader();
                    Admin admin = Admin.create(clients)) {
                // Long before the session of the one that was killed is over.
                assertThat(out.readLine()).isEqualTo("Kafka is ready on 127.0.0.1:" + port);
                if (life == 0) {
                    admin.createTopics(List.of(new NewTopic("notes", Optional.of(1), Optional.empty())))
                            .all()
                            .get();
                    admin.alterConsumerGroupOffsets("readers", read).all().get();
                }
                assertThat(admin.listConsumerGroupOffsets("readers")
                                .partitionsToOffsetAndMetadata()
                                .get())
                        .isEqualTo(read);
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        assertThat(Files.exists(Path.of(data, ".kafka_cleanshutdown"))).isFalse();
    }

    @Test
    @Timeout(120)
    void ofThreeOneMayDieAndNothingIsLost() throws Exception {
        Map<Integer, Integer> ports = Map.of(1, freePort(), 2, freePort(), 3, freePort());
        String controllers = IntStream.rangeClosed(1, 3)
                .mapToObj(node -> node + "@127.0.0.1:" + freePort())
                .collect(Collectors.joining(","));
        Map<Integer, Process> brokers = new HashMap<>();
        try {
            for (int node = 1; node <= 3; node++) {
                brokers.put(node, startOneOf(node, ports, controllers));
            }
            for (Process broker : brokers.values()) {
                assertThat(broker.inputReader().readLine()).startsWith("Kafka is ready on ");
            }
            Map<String, Object> clients = Map.of(
                    "bootstrap.servers",
                    ports.values().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
            try (Admin admin = Admin.create(clients);
                    var producer = new KafkaProducer<>(clients, new StringSerializer(), new StringSerializer())) {
                admin.createTopics(List.of(new NewTopic("notes", Optional.of(1), Optional.empty())))
                        .all()
                        .get();
                producer.send(new ProducerRecord<>("notes", "before")).get();

                int leader = notes(admin).leader().id();
                requireNonNull(brokers.get(leader)).destroyForcibly().waitFor();
                producer.send(new ProducerRecord<>("notes", "after")).get();

                assertThat(notes(admin).leader().id()).isNotEqualTo(leader);
                assertThat(admin.listOffsets(Map.of(new TopicPartition("notes", 0), OffsetSpec.latest()))
                                .partitionResult(new TopicPartition("notes", 0))
                                .get()
                                .offset())
                        .isEqualTo(2);

                brokers.put(leader, startOneOf(leader, ports, controllers));
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> notes(admin).isr().size() == 3);
            }
        } finally {
            brokers.values().forEach(Process::destroyForcibly);
        }
    }

    private Process startOneOf(int node, Map<Integer, Integer> ports, String controllers) throws IOException {
        return start(
                "--data",
                folder.resolve("node-" + node).toString(),
                "--port",
                Integer.toString(requireNonNull(ports.get(node))),
                "--cluster-id",
                "YSBjbHVzdGVyIG9mIDMuLg",
                "--node-id",
                Integer.toString(node),
                "--controllers",
                controllers);
    }

    private static TopicPartitionInfo notes(Admin admin) throws Exception {
        return requireNonNull(admin.describeTopics(List.of("notes"))
                        .allTopicNames()
                        .get()
                        .get("notes"))
                .partitions()
                .getFirst();
    }

    @Test
    void aMemberOfAClusterSaysAllOfIt() {
        assertThat(BrokerMain.membership(Map.of("data", "here", "port", "1"))).isEmpty();
        assertThatThrownBy(() -> BrokerMain.membership(Map.of("node-id", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--cluster-id");
        assertThatThrownBy(() -> Membership.of("id", 1, "1@127.0.0.1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1@host:port");
        assertThatThrownBy(() -> Membership.of("id", 4, "1@127.0.0.1:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("node 4");
    }

    @Test
    void endsWithOneLineWhenItsPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Process process = start("--data", folder.toString(), "--port", Integer.toString(taken.getLocalPort()));
            try (BufferedReader errors = process.errorReader()) {
                assertThat(errors.lines())
                        .containsExactly(
                                "Kafka cannot start: another program listens on 127.0.0.1:" + taken.getLocalPort());
                assertThat(process.waitFor()).isOne();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void optionsComeBeforeTheEnvironment() {
        var environment = Map.of("KAFKA_DATA_DIR", "/data", "KAFKA_PORT", "9999");

        assertThat(BrokerMain.options(List.of(), environment)).isEqualTo(Map.of("data", "/data", "port", "9999"));
        assertThat(BrokerMain.options(List.of("--port", "1", "--data", "here"), environment))
                .isEqualTo(Map.of("data", "here", "port", "1"));
        assertThat(BrokerMain.options(List.of(), Map.of()))
                .isEqualTo(Map.of("data", ".rollcall/kafka", "port", "9092"));
    }

    @Test
    void saysWhichOptionItDoesNotUnderstand() {
        assertThatThrownBy(() -> BrokerMain.options(List.of("--prot", "1"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--prot");
        assertThatThrownBy(() -> BrokerMain.options(List.of("--port", "all"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all");
    }

    private static Process start(String... options) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=io/rollcall/broker/logging.xml",
                BrokerMain.class.getName()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).start();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
