package io.rollcall.quota.leases.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.decider.DeciderTopology;
import io.rollcall.kit.decider.StorePlace;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.streams.DeadLetterHandlers;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.quota.leases.wire.QuotaMapper;
import io.rollcall.quota.leases.wire.QuotaRules;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.quota.EndCamera;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.NoteViewer;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.schemas.quota.SetLimit;
import io.rollcall.schemas.rooms.RoomEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology with its topics, one partition of each. */
final class QuotaDriver implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    static final Duration RETENTION = Duration.ofDays(30);
    static final Terms TERMS =
            new Terms(Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(30), 100_000, null);

    private final FixedRegistry registry = new FixedRegistry();
    private final QuotaRules rules;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> commands;
    private final AvroSerde<QuotaCommand> serde = new AvroSerde<>(Topics.QUOTA_COMMANDS, registry);
    final TestInputTopic<String, RoomEvent> roomEvents;
    final TestOutputTopic<String, QuotaEvent> events;
    final TestOutputTopic<String, QuotaEvent> replies;
    final TestOutputTopic<String, AgencyUsage> agencies;
    final TestOutputTopic<String, CameraUsage> cameras;
    final TestOutputTopic<String, Lease> leasesTold;
    final TestOutputTopic<String, QuotaCommand> commandsWritten;
    final TestOutputTopic<String, DeadLetter> deadLetters;

    QuotaDriver(Path stateDir, Terms terms) {
        rules = new QuotaRules(terms);
        var letters = new DeadLetters(Service.QUOTA_COUNTER, registry, InstantSource.system());
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "quota-counter");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.putAll(DeadLetterHandlers.properties(letters));
        driver = new TopologyTestDriver(topology(terms), properties, NOON);
        commands = driver.createInputTopic(
                Topics.QUOTA_COMMANDS.name(), new StringSerializer(), new ByteArraySerializer());
        roomEvents = driver.createInputTopic(
                Topics.ROOM_EVENTS.name(), new StringSerializer(), new AvroSerde<>(Topics.ROOM_EVENTS, registry));
        events = output(Topics.QUOTA_EVENTS);
        replies = output(Topics.QUOTA_REPLIES);
        agencies = output(Topics.AGENCY_USAGE);
        cameras = output(Topics.CAMERA_USAGE);
        leasesTold = output(Topics.LEASES);
        commandsWritten = output(Topics.QUOTA_COMMANDS);
        deadLetters = output(Topics.deadLetters(Service.QUOTA_COUNTER));
    }

    static Topology topology(Terms terms) {
        var registry = new FixedRegistry();
        var topics =
                new StreamTopics(registry, new DeadLetters(Service.QUOTA_COUNTER, registry, InstantSource.system()));
        var builder = new StreamsBuilder();
        new DeciderTopology<>(
                        new QuotaRules(terms),
                        new LeaseShelving(terms, RETENTION),
                        topics,
                        StorePlace.IN_MEMORY,
                        Duration.ofMillis(5),
                        _ -> {})
                .addTo(builder);
        new ViewersTopology(topics, Duration.ofMillis(5)).addTo(builder);
        return builder.build();
    }

    private <V extends SpecificRecord> TestOutputTopic<String, V> output(Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), new AvroSerde<>(topic, registry));
    }

    /** What is told of a command that the broker stamps then. */
    List<QuotaEvent> send(QuotaCommand command, Instant at) {
        pipe(command, at);
        return events.readValuesToList();
    }

    void pipe(QuotaCommand command, Instant at) {
        pipe(key(command), Objects.requireNonNull(serde.serialize("", command)), command.getHeader(), at);
    }

    void pipe(String key, byte[] value, @Nullable CommandHeader header, Instant at) {
        var headers = new RecordHeaders();
        if (header != null) {
            headers.add("command-id", header.getCommandId().getBytes(StandardCharsets.UTF_8));
        }
        commands.pipeInput(new TestRecord<>(key, value, headers, at));
    }

    List<QuotaEvent> tick(Instant at) {
        return send(rules.tick(0), at);
    }

    void advanceWallClock(Duration by) {
        driver.advanceWallClockTime(by);
    }

    private static String key(QuotaCommand command) {
        if (!command.getReservationId().isEmpty() && command.getType() != QuotaCommandType.RESERVE) {
            return command.getReservationId();
        }
        return command.getAgency().isEmpty() ? "nobody" : command.getAgency();
    }

    Map<String, io.rollcall.quota.leases.domain.Lease> leases() {
        Map<String, io.rollcall.quota.leases.domain.Lease> all = new TreeMap<>();
        try (KeyValueIterator<String, io.rollcall.schemas.quota.Lease> leases =
                LeaseShelving.LEASES.of(store()).all()) {
            leases.forEachRemaining(lease -> all.put(lease.key, QuotaMapper.lease(lease.value)));
        }
        return all;
    }

    io.rollcall.quota.leases.domain.@Nullable Agency agency(String name) {
        AgencyUsage known = LeaseShelving.AGENCIES.of(store()).get(name);
        return known == null ? null : QuotaMapper.agency(known);
    }

    int decisionsKept() {
        int count = 0;
        try (KeyValueIterator<?, ?> entries =
                LeaseShelving.DECISIONS.of(store()).all()) {
            while (entries.hasNext()) {
                entries.next();
                count++;
            }
        }
        return count;
    }

    private KeyValueStore<Bytes, byte[]> store() {
        return driver.getKeyValueStore("quota-state");
    }

    @Override
    public void close() {
        try {
            assertThat(deadLetters.readValuesToList()).isEmpty();
        } finally {
            driver.close();
        }
    }

    static CommandHeader header(String commandId) {
        return CommandHeader.newBuilder()
                .setCommandId(commandId)
                .setIssuedAt(NOON)
                .setAuthor("ann")
                .setCorrelationId("request-" + commandId)
                .build();
    }

    static QuotaCommand reserve(String commandId, String id, String agency, String camera, String user) {
        return command(commandId, QuotaCommandType.RESERVE)
                .setAgency(agency)
                .setReservationId(id)
                .setReserveSlot(new ReserveSlot(camera, user, user, "medium"))
                .build();
    }

    static QuotaCommand release(String commandId, String id, @Nullable LeaseClaim claim) {
        return command(commandId, QuotaCommandType.RELEASE)
                .setReservationId(id)
                .setClaim(claim)
                .setReleaseLease(new ReleaseLease(EndReason.RELEASED, ""))
                .build();
    }

    static QuotaCommand undo(String commandId, String id, String undoes) {
        return command(commandId, QuotaCommandType.RELEASE)
                .setReservationId(id)
                .setReleaseLease(new ReleaseLease(EndReason.UNDONE, undoes))
                .build();
    }

    static QuotaCommand heartbeat(String commandId, String id, @Nullable LeaseClaim claim) {
        return command(commandId, QuotaCommandType.HEARTBEAT)
                .setReservationId(id)
                .setClaim(claim)
                .build();
    }

    static QuotaCommand renew(String commandId, String id, @Nullable LeaseClaim claim) {
        return command(commandId, QuotaCommandType.RENEW)
                .setReservationId(id)
                .setClaim(claim)
                .build();
    }

    static QuotaCommand viewer(String commandId, String id, String sid, boolean present) {
        return command(commandId, QuotaCommandType.NOTE_VIEWER)
                .setReservationId(id)
                .setNoteViewer(new NoteViewer(sid, present))
                .build();
    }

    static QuotaCommand endCamera(String commandId, String agency, String camera) {
        return command(commandId, QuotaCommandType.END_CAMERA)
                .setAgency(agency)
                .setEndCamera(new EndCamera(camera))
                .build();
    }

    static QuotaCommand setLimit(String commandId, String agency, int limit, boolean initial) {
        return command(commandId, QuotaCommandType.SET_LIMIT)
                .setAgency(agency)
                .setSetLimit(new SetLimit(limit, initial))
                .build();
    }

    static QuotaCommand nothing(CommandHeader header) {
        return QuotaCommand.newBuilder()
                .setHeader(header)
                .setType(QuotaCommandType.NOTHING)
                .build();
    }

    private static QuotaCommand.Builder command(String commandId, QuotaCommandType type) {
        return QuotaCommand.newBuilder().setHeader(header(commandId)).setType(type);
    }
}
