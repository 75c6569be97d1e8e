package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.chaos.Comparison.Silence;
import io.rollcall.chaos.Comparison.Told;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The comparison is silent about what is right, and names each fault that is planted. */
class ComparisonTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Instant KILL = NOON.plusSeconds(60);
    private static final List<Instant> KILLS = List.of(KILL);
    private static final List<Silence> SILENCES = List.of(new Silence(KILL.minusSeconds(10), KILL.plusSeconds(5)));

    private static final Visit ANA = visit(1, "ana").connected("PA_1", NOON);
    private static final Visit BEN =
            visit(2, "ben").connected("PA_2", NOON).ended(NOON.plusSeconds(30), "DUPLICATE_IDENTITY");

    private static final Map<String, Occupied> ROOMS = Map.of("lobby", new Occupied("RM_1", Map.of("PA_1", "ana")));

    @Test
    void whatIsTheSameHasNoDifference() {
        assertThat(Comparison.withClients(ROOMS, List.of(ANA, BEN))).isEmpty();
        assertThat(Comparison.withLivekit(ROOMS, ROOMS)).isEmpty();
    }

    @Test
    void aClientThatIsNotListedIsOne() {
        assertThat(Comparison.withClients(Map.of(), List.of(ANA))).hasSize(2);
    }

    @Test
    void aClientUnderAnotherSidIsOneUnlessItCameBack() {
        var other = Map.of("lobby", new Occupied("RM_1", Map.of("PA_9", "ana")));

        assertThat(Comparison.withClients(other, List.of(ANA))).hasSize(1);
        assertThat(Comparison.withClients(other, List.of(ANA.reconnecting().reconnected())))
                .isEmpty();
    }

    @Test
    void aClientThatEndsUnderAnotherSidCameBackWithoutAWord() {
        var told = Map.of("PA_1", stay("ana", null, "", false), "PA_9", stay("ana", null, "", false));

        assertThat(Comparison.ofHistory(told, List.of(ANA.lastAs("PA_1")), List.of(), List.of()))
                .hasSize(1);
        assertThat(Comparison.ofHistory(told, List.of(ANA.lastAs("")), List.of(), List.of()))
                .hasSize(1);
        assertThat(Comparison.ofHistory(told, List.of(ANA.lastAs("PA_9")), List.of(), List.of()))
                .isEmpty();
    }

    @Test
    void aClientThatIsNotSettledIsOne() {
        assertThat(Comparison.withClients(Map.of(), List.of(ANA.reconnecting())))
                .hasSize(1);
    }

    @Test
    void aGhostIsOne() {
        var ours = Map.of("lobby", new Occupied("RM_1", Map.of("PA_1", "ana", "PA_2", "ben")));

        assertThat(Comparison.withLivekit(ours, ROOMS))
                .singleElement()
                .asString()
                .contains("PA_2");
        assertThat(Comparison.withLivekit(ROOMS, Map.of())).hasSize(1);
    }

    @Test
    void historyIsWhatTheClientsSaw() {
        assertThat(history(Map.of("PA_1", stay("ana", null, "", false), "PA_2", left("ben")), ANA, BEN))
                .isEmpty();
    }

    @Test
    void aLostStayIsOneUnlessNobodyCanHaveToldOfIt() {
        Visit late = visit(3, "cyd").connected("PA_3", KILL.minusSeconds(2)).ended(KILL.plusSeconds(9), "vanished");

        assertThat(history(Map.of(), BEN)).singleElement().asString().startsWith("lost");
        assertThat(afterTheKill(Map.of(), late)).isEmpty();
    }

    @Test
    void anInventedStayIsOne() {
        assertThat(history(Map.of("PA_2", left("ben"))))
                .singleElement()
                .asString()
                .startsWith("made up");
    }

    @Test
    void anotherReasonAnotherTimeOrAnInferredEndIsOne() {
        Instant at = NOON.plusSeconds(30);

        assertThat(history(Map.of("PA_2", stay("ben", at, "CLIENT_INITIATED", false)), BEN))
                .hasSize(1);
        assertThat(history(Map.of("PA_2", stay("ben", at.plusSeconds(8), "DUPLICATE_IDENTITY", false)), BEN))
                .hasSize(1);
        assertThat(history(Map.of("PA_2", stay("ben", at, "DUPLICATE_IDENTITY", true)), BEN))
                .hasSize(1);
        assertThat(history(Map.of("PA_2", stay("ben", null, "", false)), BEN)).hasSize(1);
    }

    @Test
    void whoDiedWithLivekitMustBeGoneAndInferred() {
        Visit dead = ANA.ended(KILL.plusSeconds(20), "UNKNOWN_REASON");

        assertThat(afterTheKill(Map.of("PA_1", stay("ana", KILL, "NODE_LOST", true)), dead))
                .isEmpty();
        assertThat(afterTheKill(Map.of("PA_1", stay("ana", KILL, "NODE_LOST", false)), dead))
                .hasSize(1);
        assertThat(afterTheKill(Map.of("PA_1", stay("ana", null, "", false)), dead))
                .hasSize(1);
    }

    @Test
    void aSessionIsWhatItsRoomIs() {
        Map<String, String> made = Map.of("sess_1", "lobby", "sess_2", "attic", "sess_3", "cellar");
        var right = Map.of("sess_1", "connected", "sess_2", "created");

        assertThat(sessions(made, right)).isEmpty();
        assertThat(sessions(made, Map.of("sess_1", "created", "sess_2", "created")))
                .hasSize(1);
        assertThat(sessions(made, Map.of("sess_2", "created"))).hasSize(1);
        assertThat(sessions(made, Map.of("sess_1", "connected", "sess_2", "created", "sess_3", "created")))
                .hasSize(1);
        assertThat(sessions(Map.of(), Map.of("sess_1", "created"))).hasSize(1);
    }

    private static List<String> sessions(Map<String, String> made, Map<String, String> statuses) {
        return Comparison.ofSessions(made, Set.of("sess_3"), statuses, List.of(ANA, BEN), SILENCES);
    }

    private static List<String> history(Map<String, Told> told, Visit... visits) {
        return Comparison.ofHistory(told, List.of(visits), List.of(), List.of());
    }

    private static List<String> afterTheKill(Map<String, Told> told, Visit... visits) {
        return Comparison.ofHistory(told, List.of(visits), KILLS, SILENCES);
    }

    private static Told left(String identity) {
        return stay(identity, NOON.plusSeconds(30), "DUPLICATE_IDENTITY", false);
    }

    private static Told stay(String identity, @Nullable Instant leftAt, String reason, boolean inferred) {
        return new Told("lobby", identity, NOON, leftAt, reason, inferred ? "RECONCILER" : "WEBHOOK", inferred);
    }

    private static Visit visit(int number, String identity) {
        return Visit.asked(number, "lobby", identity);
    }
}
