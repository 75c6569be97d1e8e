package io.rollcall.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.presence.rooms.captures.Captures;
import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.captures.Outcome;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** Two instances with authentication on: each has a part of the rooms, and asks the other for its part. */
class IssuedTokensTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FixedRegistry registry = new FixedRegistry();
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theCallersTokenOpensBothInstances(@TempDir Path first, @TempDir Path second) throws Exception {
        List<Delivery> arrivals = Captures.scenarios();
        int sessions = Outcome.of(arrivals).reasons().size();
        try (var kafka = KafkaCluster.own();
                var issuer = TestIssuer.start()) {
            kafka.createTopics(Topics.all());
            send(kafka.bootstrapServers(), arrivals);
            int one = freePort();
            int two = freePort();
            try (var here = start(kafka.bootstrapServers(), issuer, first, one);
                    var there = start(kafka.bootstrapServers(), issuer, second, two)) {
                assertThat(here.isRunning() && there.isRunning()).isTrue();
                String path = "/api/v1/sessions?limit=1000";
                String good = "Bearer " + issuer.token("ann").signed();
                for (int port : List.of(one, two)) {
                    await().atMost(PATIENCE)
                            .until(() -> get(port, everything(), good).statusCode() == 503
                                    && get(port, path, good).statusCode() == 200);
                    // What is asked of the other instance is asked in the caller's name.
                    await().atMost(PATIENCE)
                            .untilAsserted(() ->
                                    assertThat(total(get(port, path, good))).isEqualTo(sessions));
                    assertThat(get(port, everything(), good).statusCode())
                            .as("an instance has a part only")
                            .isEqualTo(503);
                    assertThat(get(port, path, "").statusCode()).isEqualTo(401);
                    assertThat(get(port, path, "Bearer abc").statusCode()).isEqualTo(401);
                    assertThat(get(port, "/internal/v1/sessions?partitions=0&top=1", "")
                                    .statusCode())
                            .isEqualTo(401);
                    assertThat(get(port, "/health", "").statusCode()).isEqualTo(200);
                }
            }
        }
    }

    /** What one instance asks another, for all partitions. */
    private static String everything() {
        return "/internal/v1/sessions?top=1000&partitions="
                + IntStream.range(0, Topics.ROOM_PARTITIONS)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(","));
    }

    private static int total(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("total").asInt(-1);
    }

    private HttpResponse<String> get(int port, String path, String authorization) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private ConfigurableApplicationContext start(String bootstrapServers, TestIssuer issuer, Path data, int port) {
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        return new SpringApplicationBuilder(PresenceHistoryApplication.class)
                .initializers(withRegistry)
                .run(Stream.concat(
                                Stream.of(issuer.arguments()),
                                Stream.of(
                                        "--server.port=" + port,
                                        "--management.server.port=0",
                                        "--rollcall.kafka.bootstrap-servers=" + bootstrapServers,
                                        "--rollcall.data-dir=" + data,
                                        "--rollcall.presence.session-retention=3650d",
                                        "--rollcall.streams.standbys=0"))
                        .toArray(String[]::new));
    }

    private void send(String bootstrapServers, List<Delivery> arrivals) throws Exception {
        var topic = Topics.LIVEKIT_EVENTS;
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new AvroSerde<LivekitEvent>(topic, registry))) {
            for (Delivery delivery : arrivals) {
                var _ = producer.send(new ProducerRecord<>(topic.name(), delivery.key(), delivery.event()));
            }
            producer.flush();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
