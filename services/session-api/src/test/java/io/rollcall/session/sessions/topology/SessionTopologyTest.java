package io.rollcall.session.sessions.topology;

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
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.sessions.CreateSession;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionCommandType;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionEventType;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.sessions.wire.SessionCommands;
import io.rollcall.session.sessions.wire.SessionSubject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decider runtime under the rules of sessions, without a broker. */
class SessionTopologyTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration STALE = Duration.ofMinutes(10);
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final String ROOM = "room_000000000000000000000001";
    private static final String SESSION = "sess_000000000000000000000001";

    private final FixedRegistry registry = new FixedRegistry();

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> commands;
    private TestInputTopic<String, RoomEvent> roomEvents;
    private TestOutputTopic<String, SessionEvent> events;
    private TestOutputTopic<String, Session> states;
    private TestOutputTopic<String, DeadLetter> deadLetters;
    private AvroSerde<SessionCommand> serde;
    private Instant now = NOON;
    private Instant wallClock = NOON;

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
        serde = new AvroSerde<>(Topics.SESSION_COMMANDS, registry);
        commands = driver.createInputTopic(
                Topics.SESSION_COMMANDS.name(), new StringSerializer(), new ByteArraySerializer());
        roomEvents = driver.createInputTopic(
                Topics.ROOM_EVENTS.name(), new StringSerializer(), new AvroSerde<>(Topics.ROOM_EVENTS, registry));
        events = output(Topics.SESSION_EVENTS);
        states = output(Topics.SESSIONS);
        deadLetters = output(Topics.deadLetters(Service.SESSION_API));
    }

    private Topology topology(DeadLetters letters) {
        var builder = new StreamsBuilder();
        var topics = new StreamTopics(registry, letters);
        new DeciderTopology<>(new SessionSubject(), topics, StorePlace.IN_MEMORY, Duration.ofMillis(5)).addTo(builder);
        new SessionRoomsTopology(topics, Duration.ofMillis(5), GRACE).addTo(builder);
        return builder.build();
    }

    private <V extends SpecificRecord> TestOutputTopic<String, V> output(Topic<V> topic) {
        return driver.createOutputTopic(topic.name(), new StringDeserializer(), new AvroSerde<>(topic, registry));
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static CommandHeader header(String id, String body) {
        return CommandHeader.newBuilder()
                .setCommandId(id)
                .setIssuedAt(NOON)
                .setAuthor("ann")
                .setCorrelationId("request-" + id)
                .setRepeatable(true)
                .setFingerprint(body)
                .build();
    }

    private static SessionCommand create(String commandId) {
        return create(commandId, "");
    }

    private static SessionCommand create(String commandId, String body) {
        return SessionCommands.create(
                header(commandId, body), SESSION, new CreateSession(ROOM, "ann", 100L, 200L, STALE.toMillis()));
    }

    private static SessionCommand delete(String commandId, String user) {
        return SessionCommands.delete(header(commandId, ""), SESSION, user);
    }

    private SessionEvent answer(SessionCommand command) {
        send(command);
        return events.readValuesToList().getLast();
    }

    private void send(SessionCommand command) {
        send(Objects.requireNonNull(serde.serialize("", command)), Objects.requireNonNull(command.getHeader()));
    }

    private void send(byte[] value, CommandHeader header) {
        var headers = new RecordHeaders();
        headers.add("command-id", header.getCommandId().getBytes(StandardCharsets.UTF_8));
        headers.add("correlation-id", header.getCorrelationId().getBytes(StandardCharsets.UTF_8));
        commands.pipeInput(new TestRecord<>(SESSION, value, headers, now));
    }

    /** Ticks come from the wall clock, and are stamped by the topic's. */
    private List<SessionEvent> afterTicks(Duration time) {
        driver.advanceWallClockTime(Duration.between(wallClock, now));
        wallClock = now.plus(time);
        for (long second = 0; second < time.toSeconds(); second++) {
            now = now.plusSeconds(1);
            driver.advanceWallClockTime(Duration.ofSeconds(1));
        }
        return events.readValuesToList();
    }

    private static Answer answerOf(SessionEvent event) {
        return Objects.requireNonNull(event.getAnswer());
    }

    @Test
    void aCommandIsOneEventOneStateAndOneAnswerInTheSameRecords() {
        SessionEvent made = answer(create("c1"));
        assertThat(made.getType()).isEqualTo(SessionEventType.SESSION_CREATED);
        assertThat(made.getCommandId()).isEqualTo("c1");
        assertThat(made.getAuthor()).isEqualTo("ann");
        assertThat(made.getCorrelationId()).isEqualTo("request-c1");
        assertThat(made.getOccurredAt()).isEqualTo(NOON);
        assertThat(answerOf(made)).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
        Session state = states.readValue();
        assertThat(state).isEqualTo(made.getSession());
        assertThat(state.getStatus()).isEqualTo(SessionStatus.CREATED);
        assertThat(state.getVersion()).isOne();
        assertThat(states.isEmpty()).isTrue();
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void theSameCommandAgainHasTheSameAnswerAndTheStateOfNowAndDoesNothing() {
        answer(create("c1"));
        answer(delete("c2", "ann"));
        states.readValuesToList();

        SessionEvent again = answer(create("c1"));

        assertThat(again.getType()).isEqualTo(SessionEventType.ANSWERED);
        assertThat(answerOf(again)).isEqualTo(new Answer(Outcome.ACCEPTED, "", true));
        assertThat(Objects.requireNonNull(again.getSession()).getStatus()).isEqualTo(SessionStatus.REMOVED);
        assertThat(states.isEmpty()).isTrue();
    }

    @Test
    void theSameCommandWithAnotherBodyIsRefusedAndTheFirstAnswerStays() {
        answer(create("c1", "one"));

        assertThat(answerOf(answer(create("c1", "two")))).isEqualTo(new Answer(Outcome.REFUSED, "KEY_REUSED", false));
        assertThat(answerOf(answer(create("c1", "one")))).isEqualTo(new Answer(Outcome.ACCEPTED, "", true));
    }

    @Test
    void anAnswerIsForgottenAfterADay() {
        SessionEvent refused = answer(delete("c1", "ann"));
        assertThat(answerOf(refused).getReason()).isEqualTo("NOT_FOUND");
        answer(create("c2"));

        now = NOON.plus(Duration.ofHours(24)).minusMillis(1);
        assertThat(answerOf(answer(delete("c1", "ann"))).getRepeated()).isTrue();
        now = NOON.plus(Duration.ofHours(24));
        assertThat(answerOf(answer(delete("c1", "ann"))).getRepeated()).isFalse();
    }

    @Test
    void aSessionToWhichNobodyComesEndsAtItsTimeByTicksInTheLog() {
        answer(create("c1"));
        assertThat(afterTicks(STALE.minusSeconds(1))).isEmpty();

        List<SessionEvent> ended = afterTicks(Duration.ofSeconds(2));

        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().getType()).isEqualTo(SessionEventType.SESSION_REMOVED);
        assertThat(ended.getFirst().getReason()).isEqualTo("stale");
        assertThat(ended.getFirst().getSource()).isEqualTo(EventSource.TIMER);
        assertThat(ended.getFirst().getAnswer()).isNull();
    }

    @Test
    void whatHasRunOutEndsBeforeACommandIsDecidedWithoutATick() {
        answer(create("c1"));
        afterTicks(STALE.minusSeconds(1));
        now = now.plusSeconds(1);

        send(delete("c2", "ann"));

        List<SessionEvent> told = events.readValuesToList();
        assertThat(answerOf(told.getLast()).getReason()).isEqualTo("NOT_FOUND");
    }

    @Test
    void whileNobodyDecidedNobodysTimeRanOut() {
        answer(create("c1"));
        now = NOON.plus(STALE).plusSeconds(100);

        SessionEvent afterTheGap = answer(delete("c2", "bob"));

        assertThat(answerOf(afterTheGap).getReason()).isEqualTo("ACCESS_DENIED");
        assertThat(afterTicks(Duration.ofSeconds(59))).isEmpty();
        assertThat(afterTicks(Duration.ofSeconds(2)))
                .extracting(SessionEvent::getReason)
                .containsExactly("stale");
    }

    @Test
    void norDidItWhileOthersAppendedCommandsThatNobodyDecided() {
        answer(create("c1"));
        for (int i = 0; i < 70; i++) {
            now = now.plusSeconds(10);
            answer(delete("other-" + i, "bob"));
        }

        assertThat(answerOf(answer(delete("c2", "bob"))).getReason()).isEqualTo("ACCESS_DENIED");
        assertThat(afterTicks(Duration.ofSeconds(59))).isEmpty();
        assertThat(afterTicks(Duration.ofSeconds(2)))
                .extracting(SessionEvent::getReason)
                .containsExactly("stale");
    }

    @Test
    void aRoomsPeopleConnectItsSessionAndItsEmptinessEndsIt() {
        answer(create("c1"));
        roomEvents.pipeInput(ROOM, fact("f1", RoomEventType.PARTICIPANT_JOINED, 1), now);
        assertThat(events.readValuesToList())
                .extracting(SessionEvent::getType)
                .containsExactly(SessionEventType.SESSION_CONNECTED);
        now = now.plusSeconds(5);
        roomEvents.pipeInput(ROOM, fact("f2", RoomEventType.PARTICIPANT_LEFT, 0), now);
        roomEvents.pipeInput("lobby", fact("f3", RoomEventType.PARTICIPANT_LEFT, 0, "lobby"), now);
        assertThat(events.readValuesToList())
                .extracting(SessionEvent::getType)
                .containsExactly(SessionEventType.ROOM_EMPTIED);

        assertThat(afterTicks(GRACE.plusSeconds(1)))
                .extracting(SessionEvent::getReason)
                .containsExactly("room_empty");
    }

    @Test
    void whatAPollHasFoundEmptyEndsByALaterPollOnlyHoweverLongLivekitIsAway() {
        answer(create("c1"));
        answer(poll(1));
        now = now.plusSeconds(5);
        assertThat(answer(poll(0)).getType()).isEqualTo(SessionEventType.ROOM_EMPTIED);
        assertThat(afterTicks(Duration.ofHours(1))).isEmpty();
        assertThat(answer(poll(1)).getType()).isEqualTo(SessionEventType.ROOM_REENTERED);
        now = now.plusSeconds(5);
        answer(poll(0));

        now = now.plus(GRACE);
        SessionEvent ended = answer(poll(0));

        assertThat(ended.getType()).isEqualTo(SessionEventType.SESSION_REMOVED);
        assertThat(ended.getReason()).isEqualTo("room_empty");
        assertThat(ended.getSource()).isEqualTo(EventSource.RECONCILER);
    }

    private SessionCommand poll(int people) {
        CommandHeader header = CommandHeader.newBuilder(header("poll of " + now, ""))
                .setRepeatable(false)
                .build();
        return SessionCommands.noteRoom(header, SESSION, people, EventSource.RECONCILER, now, GRACE);
    }

    @Test
    void theSameFactTwiceIsNotedOnce() {
        answer(create("c1"));
        roomEvents.pipeInput(ROOM, fact("f1", RoomEventType.PARTICIPANT_JOINED, 1), now);
        roomEvents.pipeInput(ROOM, fact("f1", RoomEventType.PARTICIPANT_JOINED, 1), now);
        assertThat(events.readValuesToList())
                .extracting(SessionEvent::getType)
                .containsExactly(SessionEventType.SESSION_CONNECTED, SessionEventType.ANSWERED);
    }

    @Test
    void poisonGoesToTheDeadLettersAndIsAnsweredAllTheSame() {
        send("no avro".getBytes(StandardCharsets.UTF_8), header("c1", ""));
        send(SessionCommand.newBuilder(create("c2")).setCreateSession(null).build());
        send(create("c3"));

        assertThat(events.readValuesToList())
                .extracting(
                        event -> event.getCommandId() + " " + answerOf(event).getReason())
                .containsExactly("c1 INVALID", "c2 INVALID", "c3 ");
        assertThat(deadLetters.readValuesToList())
                .extracting(DeadLetter::getSourceOffset)
                .containsExactly(0L, 1L);
    }

    @Test
    void aCommandForNothingIsAnsweredAndLeavesNothing() {
        CommandHeader header =
                CommandHeader.newBuilder(header("c1", "")).setRepeatable(false).build();
        SessionCommand nothing = SessionCommand.newBuilder()
                .setHeader(header)
                .setType(SessionCommandType.NOTHING)
                .build();

        assertThat(answerOf(answer(nothing)).getOutcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(answerOf(answer(nothing)).getRepeated()).isFalse();
        assertThat(states.isEmpty()).isTrue();
    }

    @Test
    void aSubjectAtRestWritesNoTicks() {
        answer(delete("c1", "ann"));
        afterTicks(Duration.ofSeconds(30));
        TestOutputTopic<String, SessionCommand> ticks = output(Topics.SESSION_COMMANDS);
        assertThat(ticks.readValuesToList()).isEmpty();
    }

    @Test
    void theTopologyIsTheApprovedOne() throws IOException {
        ApprovedTopology.check(
                topology(new DeadLetters(Service.SESSION_API, registry, InstantSource.system()))
                        .describe()
                        .toString(),
                "topology.txt");
    }

    private static RoomEvent fact(String id, RoomEventType type, int people) {
        return fact(id, type, people, ROOM);
    }

    private static RoomEvent fact(String id, RoomEventType type, int people, String room) {
        return RoomEvent.newBuilder()
                .setId(id)
                .setType(type)
                .setRoomKey(room)
                .setRoomName(room)
                .setPeople(people)
                .setSource(EventSource.WEBHOOK)
                .setRecordedAt(NOON)
                .build();
    }
}
