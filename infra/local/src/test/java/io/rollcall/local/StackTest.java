package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts below the services, for real: a broker and a registry as processes, on free ports. */
class StackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Ports ports = Ports.free();

    @Test
    void itComesUpTwiceOnTheSameDataAndSurvivesTheDeathOfKafka() throws Exception {
        try (Stack stack = Stack.prepare(settings(), quiet())) {
            stack.start();
            assertThat(topics()).containsAll(names());
            assertThat(published()).isTrue();

            assertThatThrownBy(() -> Stack.prepare(settings(), quiet()))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("already runs");

            long first = stack.pid("kafka");
            stack.kill("kafka");
            Awaitility.await().atMost(PATIENCE).until(() -> stack.ready("kafka") && stack.pid("kafka") != first);
            assertThat(topics()).containsAll(names());
        }
        assertThat(RunFile.read(new DataFolder(folder))).isEmpty();

        try (Stack stack = Stack.prepare(settings(), quiet())) {
            stack.start();
            assertThat(topics()).containsAll(names());
        }
    }

    @Test
    void aTakenPortIsNamedWithWhoHasIt() throws Exception {
        try (var socket = new ServerSocket(ports.brokers().getFirst().clients(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> Stack.prepare(settings(), quiet()))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining(socket.getLocalPort() + " by process "
                            + ProcessHandle.current().pid());
        }
    }

    @Test
    void whatAKilledLauncherLeftBehindIsNamed() throws Exception {
        Process left = new ProcessBuilder("cat").start();
        try {
            var data = new DataFolder(folder);
            new RunFile(
                            new ProcessId(1, "long ago"),
                            Instant.EPOCH,
                            null,
                            List.of(new RunFile.Entry(
                                    "kafka",
                                    ProcessId.of(left.toHandle()),
                                    Instant.EPOCH,
                                    0,
                                    false,
                                    URI.create("kafka://127.0.0.1:1"))))
                    .write(data);

            assertThatThrownBy(() -> Stack.prepare(settings(), quiet()))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("kafka: process " + left.pid())
                    .hasMessageContaining("./rollcall down");
        } finally {
            left.destroy();
        }
    }

    private Stack.Settings settings() {
        return new Stack.Settings(
                folder, new DataFolder(folder), ports, new Livekit.None("not tested here"), false, Set.of());
    }

    private Set<String> topics() throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ports.kafka()))) {
            return admin.listTopics().names().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private boolean published() {
        try (var registry = new ApicurioRegistry(URI.create("http://127.0.0.1:" + ports.registry()), PATIENCE)) {
            return Topics.all().stream()
                    .allMatch(topic ->
                            registry.id(topic.subject(), SpecificData.get().getSchema(topic.value())) > 0);
        }
    }

    private static List<String> names() {
        return Topics.all().stream().map(Topic::name).toList();
    }

    private static PrintStream quiet() {
        return new PrintStream(PrintStream.nullOutputStream());
    }
}
