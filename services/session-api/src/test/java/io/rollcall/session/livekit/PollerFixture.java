package io.rollcall.session.livekit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.domain.OpenRoom;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** One instance's poller as the service has it, but for the view; as a process of its own too. */
final class PollerFixture implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(200);

    final Map<String, OpenRoom> open = new ConcurrentHashMap<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RoomApi api;
    private final RoomPoller poller;

    private PollerFixture(String name, KafkaSettings kafka, URI livekit, boolean pollEnabled, List<RoomOwner> owners) {
        InstantSource clock = InstantSource.system();
        var registry = new FixedRegistry();
        var settings = new SessionApiProperties.Livekit(
                livekit,
                "ws://127.0.0.1:7880",
                name,
                TestLivekit.SECRET,
                Duration.ofSeconds(20),
                16,
                256,
                INTERVAL,
                pollEnabled,
                Duration.ofHours(24));
        api = new RoomApi(settings, clock, meters);
        poller = new RoomPoller(
                new PollRound(api, () -> Map.copyOf(open), owners, clock, settings.pollEnabled()),
                settings.pollInterval(),
                kafka,
                registry,
                name,
                new DeadLetters(Service.SESSION_API, registry, clock),
                new Uuid7(clock, new Random(1)),
                CompletableFuture.completedFuture(null),
                meters);
    }

    /** The instance of this name, which is its API key too. */
    static PollerFixture start(String name, KafkaSettings kafka, URI livekit, RoomOwner... owners) {
        return started(new PollerFixture(name, kafka, livekit, true, List.of(owners)));
    }

    /** The same where webhooks alone tell who is in rooms. */
    static PollerFixture startListing(String name, KafkaSettings kafka, URI livekit, RoomOwner... owners) {
        return started(new PollerFixture(name, kafka, livekit, false, List.of(owners)));
    }

    private static PollerFixture started(PollerFixture fixture) {
        fixture.poller.start();
        return fixture;
    }

    static KafkaSettings kafka(String bootstrapServers) {
        return new KafkaSettings(
                bootstrapServers,
                URI.create("http://127.0.0.1:1"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(6),
                Map.of());
    }

    boolean leads() {
        return meters.get("livekit.poller.leading").gauge().value() == 1;
    }

    double errors() {
        return meters.get("realtime.livekit.sync.errors").counter().count();
    }

    void open(String name, String sid, int people) {
        open.put(name, new OpenRoom(name, sid, people, people, Instant.now()));
    }

    /** In an orderly way. */
    void stop() {
        poller.stop();
    }

    @Override
    public void close() {
        stop();
        api.close();
    }

    /** An instance that believes one room to be open; its arguments are its name, Kafka, LiveKit and that room. */
    public static void main(String[] arguments) throws InterruptedException {
        try (var fixture = start(arguments[0], kafka(arguments[1]), URI.create(arguments[2]))) {
            fixture.open(arguments[3], "RM_of_" + arguments[0], 1);
            new CountDownLatch(1).await();
        }
    }
}
