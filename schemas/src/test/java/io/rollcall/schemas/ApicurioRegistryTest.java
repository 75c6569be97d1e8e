package io.rollcall.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class ApicurioRegistryTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Test
    void findsWhatTheDeployStepHasRegistered() {
        try (var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT);
                var another = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            var ids = new SchemaPublisher(registry).publish(Topics.all());

            assertThat(ids).hasSize(Topics.all().size());
            for (Topic<?> topic : Topics.all()) {
                Schema schema = schemaOf(topic);
                int id = requireNonNull(ids.get(topic.subject()));
                assertThat(another.schema(id)).isEqualTo(schema);
                assertThat(another.id(topic.subject(), schema)).isEqualTo(id);
            }
        }
    }

    @Test
    void publishingTwiceGivesTheSameIds() {
        try (var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            var publisher = new SchemaPublisher(registry);

            assertThat(publisher.publish(Topics.all())).isEqualTo(publisher.publish(Topics.all()));
        }
    }

    @Test
    void aSchemaThatOldReadersCannotReadIsRefused() {
        String subject = "refused-" + UUID.randomUUID() + "-value";
        Schema first =
                SchemaBuilder.record("Thing").fields().optionalString("a").endRecord();
        Schema noDefault = SchemaBuilder.record("Thing")
                .fields()
                .optionalString("a")
                .requiredInt("b")
                .endRecord();
        Schema optional = SchemaBuilder.record("Thing")
                .fields()
                .optionalString("a")
                .optionalInt("b")
                .endRecord();
        try (var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            registry.register(subject, first);

            assertThatThrownBy(() -> registry.register(subject, noDefault))
                    .isInstanceOf(IncompatibleSchemaException.class)
                    .hasMessageContaining(subject)
                    .hasMessageContaining("b at /fields/1");
            assertThat(registry.register(subject, optional)).isNotEqualTo(registry.register(subject, first));
        }
    }

    @Test
    void theSameFieldsInAnotherOrderAreAnotherSchema() {
        String subject = "ordered-" + UUID.randomUUID() + "-value";
        Schema first = SchemaBuilder.record("Pair")
                .fields()
                .optionalString("a")
                .optionalInt("b")
                .endRecord();
        Schema second = SchemaBuilder.record("Pair")
                .fields()
                .optionalInt("b")
                .optionalString("a")
                .endRecord();
        try (var deployStep = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT);
                var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            deployStep.register(subject, first);

            assertThatThrownBy(() -> registry.id(subject, second)).isInstanceOf(RegistryUnavailableException.class);

            assertThat(deployStep.register(subject, second)).isNotEqualTo(deployStep.register(subject, first));
        }
    }

    @Test
    void whatIsWrittenCanBeReadAfterTheRegistryHasGone() {
        var process = SharedRegistry.get();
        try (var registry = new ApicurioRegistry(process.url(), TIMEOUT)) {
            new SchemaPublisher(registry).publish(Topics.all());
        }
        try (var registry = new ApicurioRegistry(process.url(), TIMEOUT)) {
            var serde = new AvroSerde<>(Topics.ROOMS, registry);
            serde.warm();

            process.stop();

            assertThat(serde.deserialize("rooms", serde.serialize("rooms", Samples.ROOM)))
                    .isEqualTo(Samples.ROOM);
        }
    }

    @Test
    void saysWhatToDoWhenASchemaIsNotRegisteredAndFindsItOnceItIs() {
        String subject = "late-" + UUID.randomUUID() + "-value";
        Schema schema =
                SchemaBuilder.record("Late").fields().optionalString("a").endRecord();
        try (var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT);
                var deployStep = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            assertThatThrownBy(() -> registry.id(subject, schema))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining(subject)
                    .hasMessageContaining("deploy step");

            int id = deployStep.register(subject, schema);

            await().ignoreException(RegistryUnavailableException.class)
                    .untilAsserted(
                            () -> assertThat(registry.id(subject, schema)).isEqualTo(id));
        }
    }

    @Test
    void anIdThatNobodyGaveIsNoOutage() {
        try (var registry = new ApicurioRegistry(SharedRegistry.get().url(), TIMEOUT)) {
            assertThatThrownBy(() -> registry.schema(1_999_999_999))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("1999999999");
        }
    }

    @Test
    void whatWasAskedOnceIsKnownThroughAnOutageAndTheRestIsUnavailableUntilItEnds() {
        var process = SharedRegistry.get();
        try (var registry = new ApicurioRegistry(process.url(), TIMEOUT)) {
            new SchemaPublisher(registry).publish(Topics.all());
        }
        try (var registry = new ApicurioRegistry(process.url(), TIMEOUT)) {
            int known = registry.id(Topics.ROOMS.subject(), Room.getClassSchema());

            process.stop();

            assertThat(registry.id(Topics.ROOMS.subject(), Room.getClassSchema()))
                    .isEqualTo(known);
            assertThatThrownBy(() -> registry.id(Topics.ROOM_EVENTS.subject(), RoomEvent.getClassSchema()))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining(process.url() + " cannot be reached: ");

            process.start();

            await().ignoreException(RegistryUnavailableException.class)
                    .untilAsserted(
                            () -> assertThat(registry.id(Topics.ROOM_EVENTS.subject(), RoomEvent.getClassSchema()))
                                    .isPositive());
        }
    }

    @Test
    void aRegistryThatTakesConnectionsAndSaysNothingIsGivenUp() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
                var registry = new ApicurioRegistry(
                        URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(200))) {
            assertThatThrownBy(() -> registry.schema(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("does not answer within 200 ms");
        }
    }

    @Test
    void aQuestionThatGotNoAnswerIsAskedAgain() throws IOException {
        var asked = new AtomicInteger();
        var end = new CountDownLatch(1);
        HttpServer forgetful = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        ExecutorService exchanges = Executors.newCachedThreadPool();
        try (var registry = new ApicurioRegistry(
                URI.create("http://127.0.0.1:" + forgetful.getAddress().getPort()), TIMEOUT.dividedBy(5))) {
            forgetful.setExecutor(exchanges);
            forgetful.createContext("/apis/registry/v3/ids/contentIds/7", exchange -> {
                try (exchange) {
                    if (asked.incrementAndGet() == 1) {
                        end.await();
                        return;
                    }
                    byte[] schema = "\"string\"".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, schema.length);
                    exchange.getResponseBody().write(schema);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            forgetful.start();

            assertThat(registry.schema(7)).isEqualTo(Schema.create(Schema.Type.STRING));

            assertThat(asked).hasValue(2);
        } finally {
            end.countDown();
            forgetful.stop(0);
            exchanges.shutdownNow();
        }
    }

    @Test
    void callersDoNotQueueUpBehindARegistryThatIsAway() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
                var registry = new ApicurioRegistry(
                        URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(400));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            var answers = callers.invokeAll(Collections.nCopies(50, () -> registry.schema(1)));

            for (var answer : answers) {
                assertThat(answer.exceptionNow()).isInstanceOf(RegistryUnavailableException.class);
            }
            // One after the other they would take 20 s.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void makingAndClosingAClientNeedsNoRegistry() {
        assertThat(List.of("http://127.0.0.1:1", "http://127.0.0.1:1/")).allSatisfy(url -> {
            try (var registry = new ApicurioRegistry(URI.create(url), TIMEOUT)) {
                assertThat(registry).isNotNull();
            }
        });
    }

    private static Schema schemaOf(Topic<?> topic) {
        return SpecificData.get().getSchema(topic.value());
    }
}
