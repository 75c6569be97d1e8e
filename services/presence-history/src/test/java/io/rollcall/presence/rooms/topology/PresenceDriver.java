package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;

/** The topology without a broker, and without disks: the driver would flush them with every record. */
final class PresenceDriver implements AutoCloseable {

    static final Duration RETENTION = Duration.ofDays(30);
    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(5);

    final TopologyTestDriver driver;
    private final FixedRegistry registry = new FixedRegistry();
    private final TestInputTopic<String, LivekitEvent> events;
    private final TestInputTopic<String, LivekitObservation> observations;
    private final TestOutputTopic<String, ReconcileRequest> requests;
    private final TestOutputTopic<String, RoomEvent> history;
    private final TestOutputTopic<String, RoomEvent> feed;
    private final TestOutputTopic<String, Room> rooms;
    private final TestOutputTopic<String, Participant> participants;

    PresenceDriver(Path stateDir) {
        this(stateDir, PresenceStores.Place.IN_MEMORY);
    }

    PresenceDriver(Path stateDir, PresenceStores.Place place) {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "presence-history");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        this.driver = new TopologyTestDriver(topology(registry, place), properties);
        this.events = driver.createInputTopic(
                Topics.LIVEKIT_EVENTS.name(), new StringSerializer(), new AvroSerde<>(Topics.LIVEKIT_EVENTS, registry));
        this.observations = driver.createInputTopic(
                Topics.LIVEKIT_OBSERVATIONS.name(),
                new StringSerializer(),
                new AvroSerde<>(Topics.LIVEKIT_OBSERVATIONS, registry));
        this.requests = output(Topics.RECONCILE_REQUESTS);
        this.history = output(Topics.ROOM_EVENTS);
        this.feed = output(Topics.ROOM_FEED);
        this.rooms = output(Topics.ROOMS);
        this.participants = output(Topics.PARTICIPANTS);
    }

    static Topology topology(FixedRegistry registry) {
        return topology(registry, PresenceStores.Place.IN_MEMORY);
    }

    private static Topology topology(FixedRegistry registry, PresenceStores.Place place) {
        var builder = new StreamsBuilder();
        var deadLetters = new DeadLetters(Service.PRESENCE_HISTORY, registry, InstantSource.system());
        new PresenceTopology(new StreamTopics(registry, deadLetters), RETENTION, COMMIT_INTERVAL, true, place)
                .addTo(builder);
        return builder.build();
    }

    void pipe(List<Delivery> deliveries) {
        deliveries.forEach(delivery -> events.pipeInput(delivery.key(), delivery.event(), delivery.at()));
    }

    void pipe(LivekitObservation observation, Instant at) {
        observations.pipeInput(
                observation.getRoomName().isEmpty() ? observation.getRoomSid() : observation.getRoomName(),
                observation,
                at);
    }

    List<ReconcileRequest> requests() {
        return requests.readValuesToList();
    }

    List<RoomEvent> history() {
        return history.readValuesToList();
    }

    List<RoomEvent> feed() {
        return feed.readValuesToList();
    }

    Map<String, Room> rooms() {
        return latest(rooms);
    }

    Map<String, Participant> participants() {
        return latest(participants);
    }

    private static <V> Map<String, V> latest(TestOutputTopic<String, V> topic) {
        Map<String, V> latest = new TreeMap<>();
        topic.readKeyValuesToList().forEach(record -> {
            if (record.value == null) {
                latest.remove(record.key);
            } else {
                latest.put(record.key, record.value);
            }
        });
        return latest;
    }

    static Map<String, List<RoomEvent>> byRoom(List<RoomEvent> events) {
        Map<String, List<RoomEvent>> byRoom = new LinkedHashMap<>();
        events.forEach(event -> byRoom.computeIfAbsent(event.getRoomKey(), _ -> new ArrayList<>())
                .add(event));
        return byRoom;
    }

    private <V extends SpecificRecord> TestOutputTopic<String, V> output(Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), new AvroSerde<>(topic, registry));
    }

    @Override
    public void close() {
        driver.close();
    }
}
