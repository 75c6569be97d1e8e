package io.rollcall.session.cameras.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.decider.DeciderTopology;
import io.rollcall.kit.decider.StorePlace;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.streams.DeadLetterHandlers;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kittest.ApprovedTopology;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.cameras.CameraEventType;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.session.cameras.domain.CameraDetails;
import io.rollcall.session.cameras.domain.CameraStatus;
import io.rollcall.session.cameras.domain.Location;
import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import io.rollcall.session.cameras.wire.CameraCommands;
import io.rollcall.session.cameras.wire.CameraSubject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue as its topics show it, without a broker. */
class CameraTopologyTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final String CAMERA = "gate/7 بوابة";
    private static final Sealed SECRET = new Sealed(new byte[] {1, 2, 3});

    private final FixedRegistry registry = new FixedRegistry();

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, CameraCommand> commands;
    private TestOutputTopic<String, CameraEvent> events;
    private TestOutputTopic<String, Camera> states;
    private TestOutputTopic<String, DeadLetter> deadLetters;
    private Instant now = NOON;

    @BeforeEach
    void start() {
        var letters = new DeadLetters(Service.SESSION_API, registry, InstantSource.system());
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "session-api");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:9092");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.putAll(DeadLetterHandlers.properties(letters));
        driver = new TopologyTestDriver(topology(letters), properties, NOON);
        commands = driver.createInputTopic(
                Topics.CAMERA_COMMANDS.name(),
                new StringSerializer(),
                new AvroSerde<>(Topics.CAMERA_COMMANDS, registry));
        events = output(Topics.CAMERA_EVENTS);
        states = output(Topics.CAMERAS);
        deadLetters = output(Topics.deadLetters(Service.SESSION_API));
    }

    private Topology topology(DeadLetters letters) {
        var builder = new StreamsBuilder();
        new DeciderTopology<>(
                        new CameraSubject(),
                        new StreamTopics(registry, letters),
                        StorePlace.IN_MEMORY,
                        Duration.ofMillis(5))
                .addTo(builder);
        return builder.build();
    }

    private <V extends SpecificRecord> TestOutputTopic<String, V> output(Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), new AvroSerde<>(topic, registry));
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static CommandHeader header(String id) {
        return CommandHeader.newBuilder()
                .setCommandId(id)
                .setIssuedAt(NOON)
                .setAuthor("ann")
                .setCorrelationId("request-" + id)
                .setRepeatable(true)
                .build();
    }

    private static CameraDetails details(String agency, String url, @Nullable Sealed secret) {
        return new CameraDetails(
                "Gate",
                "بوابة",
                agency,
                new StreamUrl(url),
                secret,
                CameraStatus.ONLINE,
                true,
                "rec-1",
                "{\"floor\":2}",
                new Location(25.2, null, "a street", ""));
    }

    private static CameraCommand upsert(String id, String agency) {
        return CameraCommands.upsert(header(id), CAMERA, details(agency, "rtsp://***:***@cam/1", SECRET));
    }

    private CameraEvent answer(CameraCommand command) {
        commands.pipeInput(new TestRecord<>(CAMERA, command, now));
        return events.readValue();
    }

    private static Answer answerOf(CameraEvent event) {
        return Objects.requireNonNull(event.getAnswer());
    }

    @Test
    void aCameraIsOnItsTopicWithItsSecretAndOnTheEventsWithoutIt() {
        CameraEvent added = answer(upsert("c1", "METRO"));

        assertThat(added.getType()).isEqualTo(CameraEventType.CAMERA_ADDED);
        assertThat(added.getAuthor()).isEqualTo("ann");
        assertThat(added.getOccurredAt()).isEqualTo(NOON);
        assertThat(added.getAgencyLeft()).isEmpty();
        assertThat(answerOf(added)).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
        TestRecord<String, Camera> state = states.readRecord();
        assertThat(state.key()).isEqualTo(CAMERA);
        assertThat(state.value().getRtspSecret()).isEqualTo(ByteBuffer.wrap(SECRET.bytes()));
        Camera told = Objects.requireNonNull(added.getCamera());
        assertThat(told.getRtspSecret()).isNull();
        assertThat(Camera.newBuilder(told)
                        .setRtspSecret(state.value().getRtspSecret())
                        .build())
                .isEqualTo(state.value());
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void aCameraThatMovesToAnotherAgencyTellsWhichOneItLeft() {
        answer(upsert("c1", "METRO"));
        now = now.plusSeconds(1);

        CameraEvent moved = answer(upsert("c2", "BUS"));

        assertThat(moved.getType()).isEqualTo(CameraEventType.CAMERA_CHANGED);
        assertThat(moved.getAgencyLeft()).isEqualTo("METRO");
        assertThat(Objects.requireNonNull(moved.getCamera()).getAgency()).isEqualTo("BUS");
        assertThat(moved.getCamera().getCreatedAt()).isEqualTo(NOON);
        assertThat(moved.getCamera().getUpdatedAt()).isEqualTo(now);
        assertThat(answer(CameraCommands.setStatus(header("c3"), CAMERA, CameraStatus.ERROR))
                        .getAgencyLeft())
                .isEmpty();
    }

    @Test
    void aRemovedCameraIsATombstoneAndTellsWhichAgencyItLeft() {
        answer(upsert("c1", "METRO"));
        states.readValuesToList();

        CameraEvent removed = answer(CameraCommands.remove(header("c2"), CAMERA));

        assertThat(removed.getType()).isEqualTo(CameraEventType.CAMERA_REMOVED);
        assertThat(removed.getAgencyLeft()).isEqualTo("METRO");
        assertThat(removed.getCamera()).isNull();
        TestRecord<String, Camera> state = states.readRecord();
        assertThat(state.key()).isEqualTo(CAMERA);
        assertThat(state.value()).isNull();
        assertThat(answerOf(answer(CameraCommands.remove(header("c3"), CAMERA))).getReason())
                .isEqualTo("NOT_FOUND");
        assertThat(answerOf(answer(CameraCommands.remove(header("c2"), CAMERA))))
                .isEqualTo(new Answer(Outcome.ACCEPTED, "", true));
    }

    @Test
    void aChangeOfStatusTellsBoth() {
        answer(upsert("c1", "METRO"));

        CameraEvent changed = answer(CameraCommands.setStatus(header("c2"), CAMERA, CameraStatus.OFFLINE));

        assertThat(changed.getType()).isEqualTo(CameraEventType.STATUS_CHANGED);
        assertThat(changed.getPreviousStatus()).isEqualTo(io.rollcall.schemas.cameras.CameraStatus.ONLINE);
        assertThat(Objects.requireNonNull(changed.getCamera()).getStatus())
                .isEqualTo(io.rollcall.schemas.cameras.CameraStatus.OFFLINE);
        assertThat(answerOf(answer(CameraCommands.setStatus(header("c3"), CAMERA, CameraStatus.OFFLINE)))
                        .getOutcome())
                .isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void credentialsInTheClearAreRefusedAndGoNoFurther() {
        CameraDetails open = details("METRO", "rtsp://admin:pa55@cam/1", null);

        CameraEvent refused = answer(CameraCommands.upsert(header("c1"), CAMERA, open));

        assertThat(answerOf(refused)).isEqualTo(new Answer(Outcome.REFUSED, "NOT_MASKED", false));
        assertThat(refused.toString()).doesNotContain("pa55");
        assertThat(states.isEmpty()).isTrue();
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void whatACommandCameToIsAskedForUntilItIsReported() {
        assertThat(answerOf(answer(CameraCommands.claim(header("c1"), CAMERA))).getRepeated())
                .isFalse();
        assertThat(answerOf(answer(CameraCommands.claim(header("c1"), CAMERA))).getRepeated())
                .isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(answerOf(answer(CameraCommands.report(header("c1-report"), CAMERA, "")))
                            .getReason())
                    .isEqualTo("UNREPORTED");
        }

        answer(CameraCommands.report(header("c1-report"), CAMERA, "TIMED_OUT"));

        assertThat(answerOf(answer(CameraCommands.report(header("c1-report"), CAMERA, ""))))
                .isEqualTo(new Answer(Outcome.REFUSED, "TIMED_OUT", true));
        assertThat(states.isEmpty()).isTrue();
    }

    @Test
    void aClaimOfWhichNothingHasComeIsForgottenOnceHoweverOftenThatIsSent() {
        answer(CameraCommands.claim(header("c1"), CAMERA));
        answer(CameraCommands.unclaim(header("u1"), CAMERA, "c1"));
        assertThat(answerOf(answer(CameraCommands.claim(header("c1"), CAMERA))).getRepeated())
                .isFalse();

        answer(CameraCommands.unclaim(header("u1"), CAMERA, "c1"));

        assertThat(answerOf(answer(CameraCommands.claim(header("c1"), CAMERA))).getRepeated())
                .isTrue();
        assertThat(states.isEmpty()).isTrue();
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void whatCannotBeUnderstoodGoesToTheDeadLettersAndIsNoCamera() {
        CameraCommand nameless = CameraCommand.newBuilder(upsert("c1", "METRO"))
                .setPutCamera(null)
                .build();
        commands.pipeInput(new TestRecord<>(CAMERA, nameless, now));
        assertThat(deadLetters.readValuesToList()).hasSize(1);
        assertThat(states.isEmpty()).isTrue();
    }

    @Test
    void theTopologyIsTheApprovedOne() throws IOException {
        ApprovedTopology.check(
                topology(new DeadLetters(Service.SESSION_API, registry, InstantSource.system()))
                        .describe()
                        .toString(),
                "camera-topology.txt");
    }
}
