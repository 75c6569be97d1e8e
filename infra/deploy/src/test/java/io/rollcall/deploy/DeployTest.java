package io.rollcall.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.RealRegistry;
import io.rollcall.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void aRegistryThatLosesARequestIsAskedAgain() throws Exception {
        try (KafkaCluster.Own kafka = KafkaCluster.own();
                RealRegistry registry = RealRegistry.start();
                var forgetful = new Forgetful(registry.url())) {
            int status = deploy(Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS",
                    kafka.bootstrapServers(),
                    "SCHEMA_REGISTRY_URL",
                    forgetful.url().toString()));

            assertThat(status).as(said(err)).isZero();
            assertThat(said(out)).contains("trying again", "schema livekit-events-value has id ");
        }
    }

    /** Stands before a registry, answers the first request as one that is not there, and passes on the others. */
    private static final class Forgetful implements AutoCloseable {

        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final HttpClient client = HttpClient.newHttpClient();
        private final AtomicBoolean hasForgotten = new AtomicBoolean();
        private final URI registry;

        Forgetful(URI registry) throws IOException {
            this.registry = registry;
            server.createContext("/", this::handle);
            server.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (!hasForgotten.getAndSet(true)) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                }
                var request = HttpRequest.newBuilder(registry.resolve(exchange.getRequestURI()))
                        .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                        .timeout(Duration.ofSeconds(10));
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                if (type != null) {
                    request.header("Content-Type", type);
                }
                HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                answer.headers()
                        .firstValue("Content-Type")
                        .ifPresent(it -> exchange.getResponseHeaders().add("Content-Type", it));
                exchange.sendResponseHeaders(
                        answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
                exchange.getResponseBody().write(answer.body());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            server.stop(0);
            client.close();
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
