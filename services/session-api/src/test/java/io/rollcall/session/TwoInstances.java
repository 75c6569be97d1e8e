package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.RealRedis;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.sim.LivekitSim;
import io.rollcall.sim.SimSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole service, twice, on a real broker and a real Redis, with tokens of a real issuer; LiveKit is livekit-sim, a
 * test double, and so is {@link TestQuota} in the place of quota-counter. The shared ones are started by the first test
 * class that asks for them, and ended with the run.
 */
final class TwoInstances implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    static final Duration PATIENCE = Duration.ofSeconds(40);
    static final String SECRET = "secretsecretsecretsecretsecretsecret";

    final FixedRegistry registry = new FixedRegistry();
    final HttpClient http = HttpClient.newHttpClient();
    final KafkaCluster.Own kafka;
    final RealRedis redis;
    final TestIssuer issuer;
    final LivekitSim livekit;
    final TestQuota quota;

    /** Moves cameras on this machine by ONVIF, within a second. */
    final Instance first;

    /** Forgets a session to which nobody comes within two seconds; moves no cameras. */
    final Instance second;

    private final Path data;

    record Instance(ConfigurableApplicationContext context, int port) {}

    /** Gives it to test classes that name it as a parameter. */
    static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TwoInstances.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(TwoInstances.class, _ -> new TwoInstances(), TwoInstances.class);
        }
    }

    /** With such arguments beside the usual ones. */
    TwoInstances(String... more) {
        try {
            data = Files.createTempDirectory("session-api");
            livekit = LivekitSim.start(SimSettings.read(Path.of("../../infra/livekit/livekit.yaml"))
                    .withPorts(0, 0)
                    .withWebhookUrls(List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        kafka = KafkaCluster.own();
        kafka.createTopics(Topics.all());
        quota = TestQuota.start(kafka.bootstrapServers(), registry);
        redis = RealRedis.start();
        issuer = TestIssuer.start();
        first = start(
                "first",
                more,
                "--rollcall.session.cameras.ptz.driver=onvif",
                "--rollcall.session.cameras.ptz.allowed-hosts=127.0.0.1",
                "--rollcall.session.cameras.ptz.timeout=1s");
        second = start("second", more, "--rollcall.session.sessions.stale-ttl=2s");
        for (Instance instance : List.of(first, second)) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> ready = ask(instance, "GET", "/readyz", null, Map.of(), null);
                assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
            });
        }
    }

    private Instance start(String name, String[] ofBoth, String... more) {
        int port = freePort();
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        List<String> arguments = new ArrayList<>(List.of(issuer.arguments()));
        arguments.addAll(List.of(
                "--server.port=" + port,
                "--management.server.port=0",
                "--spring.data.redis.url=" + redis.url(),
                "--rollcall.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                "--rollcall.data-dir=" + data.resolve(name),
                "--rollcall.session.livekit.url=" + livekit.url(),
                "--rollcall.session.livekit.ws-url=ws://livekit.example",
                "--rollcall.session.livekit.api-key=devkey",
                "--rollcall.session.livekit.api-secret=" + SECRET,
                "--rollcall.session.livekit.poll-interval=1s",
                "--rollcall.session.commands.id-secret=0123456789abcdef0123456789abcdef",
                "--rollcall.session.cameras.secrets-key=fedcba9876543210fedcba9876543210",
                "--rollcall.session.sessions.empty-grace=3s"));
        arguments.addAll(List.of(ofBoth));
        arguments.addAll(List.of(more));
        return new Instance(
                new SpringApplicationBuilder(SessionApiApplication.class)
                        .initializers(withRegistry)
                        .run(arguments.toArray(String[]::new)),
                port);
    }

    HttpResponse<String> ask(
            Instance instance,
            String method,
            String path,
            @Nullable String token,
            Map<String, String> headers,
            byte @Nullable [] body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + instance.port() + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        headers.forEach(request::header);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What presence-history would make of a webhook. */
    void roomEvent(String room, RoomEventType type, int people) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new AvroSerde<>(Topics.ROOM_EVENTS, registry))) {
            var event = RoomEvent.newBuilder()
                    .setId(UUID.randomUUID().toString())
                    .setType(type)
                    .setRoomKey(room)
                    .setRoomName(room)
                    .setPeople(people)
                    .setSource(EventSource.WEBHOOK)
                    .setRecordedAt(Instant.now())
                    .build();
            producer.send(new ProducerRecord<>(Topics.ROOM_EVENTS.name(), room, event))
                    .get(10, TimeUnit.SECONDS);
        }
    }

    /** Asks livekit-sim for something that happens in it. */
    JsonNode sim(String path, String body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(livekit.url().resolve("/sim/" + path))
                        .timeout(Duration.ofSeconds(10))
                        .method(
                                body.isEmpty() ? "GET" : "POST",
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
    }

    /** What the topics of such names hold by now. */
    List<ConsumerRecord<byte[], byte[]>> records(Predicate<String> topic) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().values().stream()
                    .flatMap(List::stream)
                    .filter(it -> topic.test(it.topic()))
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    /** The values of everything that was written so far, each as one character a byte, by their topics. */
    List<Map.Entry<String, String>> everything() {
        return records(topic -> !topic.startsWith("__")).stream()
                .filter(record -> record.value() != null)
                .map(record -> Map.entry(record.topic(), new String(record.value(), StandardCharsets.ISO_8859_1)))
                .toList();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        second.context().close();
        first.context().close();
        livekit.close();
        issuer.close();
        redis.close();
        quota.close();
        kafka.close();
    }
}
