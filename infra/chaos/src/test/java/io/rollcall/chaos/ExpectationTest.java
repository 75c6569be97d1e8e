package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rollcall.local.Capture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The story of the captures as their README tells it. */
class ExpectationTest {

    private static final Path CAPTURES = Path.of("..", "captures");
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final Expectation expectation = new Expectation();

    @BeforeEach
    void takeTheCaptures() throws IOException {
        Capture.read(List.of(CAPTURES.resolve("webhooks-scenarios.ndjson"), CAPTURES.resolve("webhooks-volume.ndjson")))
                .round(1, NOW)
                .forEach(expectation::take);
    }

    @Test
    void onlyTheRoomOfTheCrashIsOpenInTheEndWithTheTwoWhoCameBack() {
        assertThat(expectation.openByRoom().keySet()).containsExactly("ag3-crash-r1");
        assertThat(expectation.peopleIn(
                        Objects.requireNonNull(expectation.openByRoom().get("ag3-crash-r1"))))
                .isEqualTo(2);
    }

    @Test
    void theKilledServersSessionEndedWithItsNode() {
        List<Expectation.Session> sessions = sessionsOf("ag3-crash-r1");

        assertThat(sessions).hasSize(2);
        assertThat(sessions.getFirst().participants().values())
                .extracting(Expectation.Participant::identity, Expectation.Participant::reason)
                .containsExactly(tuple("u-1", "NODE_LOST"), tuple("u-2", "NODE_LOST"));
    }

    @Test
    void theSecondOfAnIdentityPutsTheFirstOut() {
        assertThat(sessionsOf("ag3-dup-r1").getFirst().participants().values())
                .extracting(Expectation.Participant::reason)
                .contains("DUPLICATE_IDENTITY");
    }

    @Test
    void recordersAgentsAndTheHiddenAreNoPeople() {
        int most = Objects.requireNonNull(expectation.factsByRoom().get("ag5-kinds-r1")).stream()
                .mapToInt(Fact::people)
                .max()
                .orElseThrow();

        assertThat(sessionsOf("ag5-kinds-r1").getFirst().participants()).hasSize(6);
        // One person and one who dials in.
        assertThat(most).isEqualTo(2);
    }

    @Test
    void somebodyWhoNeverConnectedWasNotThere() {
        assertThat(sessionsOf("ag3-abort-r1").getFirst().participants()).isEmpty();
        assertThat(expectation.factsByRoom().get("ag3-abort-r1"))
                .extracting(Fact::kind)
                .containsExactly(Fact.Kind.ROOM_OPENED, Fact.Kind.CONNECTION_ABORTED, Fact.Kind.ROOM_CLOSED);
    }

    @Test
    void everyWebhookIsAFactAndTheCrashAddsThree() {
        Map<Fact.Kind, Long> counts = expectation.factsByRoom().values().stream()
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(Fact::kind, Collectors.counting()));

        assertThat(counts)
                .isEqualTo(Map.of(
                        Fact.Kind.ROOM_OPENED, 77L,
                        Fact.Kind.ROOM_CLOSED, 75L + 1,
                        Fact.Kind.PARTICIPANT_JOINED, 292L,
                        Fact.Kind.PARTICIPANT_LEFT, 288L + 2,
                        Fact.Kind.CONNECTION_ABORTED, 1L,
                        Fact.Kind.TRACK_PUBLISHED, 110L,
                        Fact.Kind.TRACK_UNPUBLISHED, 110L));
    }

    private List<Expectation.Session> sessionsOf(String room) {
        return expectation.sessions().values().stream()
                .filter(session -> session.roomKey().equals(room))
                .toList();
    }
}
