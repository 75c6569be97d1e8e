package io.rollcall.presence.rooms.topology;

import static io.rollcall.presence.rooms.topology.Happenings.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.captures.Outcome;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileReason;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PollsTest {

    @TempDir
    private Path stateDir;

    private final Happenings room = new Happenings("standup", "RM_1");

    private static List<String> lines(List<RoomEvent> history) {
        return history.stream().map(Outcome::line).toList();
    }

    @Test
    void aRoomThatTwoPollsDoNotListIsClosedByTheRecordAfterThem() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0), room.joined(1, "ana")));
            presence.pipe(room.absent(60), at(60));
            presence.pipe(room.absent(75), at(75));
            assertThat(presence.history()).hasSize(2);

            presence.pipe(room.absent(90), at(90));

            List<RoomEvent> history = presence.history();
            assertThat(history).hasSize(2).allSatisfy(event -> {
                assertThat(event.getSource()).isEqualTo(EventSource.RECONCILER);
                assertThat(event.getInferred()).isTrue();
                assertThat(event.getLivekitEventId()).isNull();
                assertThat(event.getCorrelationId()).isEqualTo("poll-75");
                assertThat(event.getRecordedAt()).isEqualTo(at(75));
                assertThat(event.getOccurredAt()).isEqualTo(at(60));
            });
            assertThat(presence.rooms().values()).extracting(Room::getState).containsExactly(RoomState.CLOSED);
            assertThat(presence.participants()).isEmpty();
            assertThat(presence.requests())
                    .extracting(ReconcileRequest::getReason)
                    .containsExactly(ReconcileReason.ABSENT);
        }
    }

    /** Whoever counts viewers counts these records. */
    @Test
    void whoIsInARoomThatNoNodeAnswersForCountsForNobodyUntilOneDoes() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0), room.joined(1, "ana"), room.joined(2, "ben")));
            presence.pipe(room.unreachable(60), at(60));
            presence.pipe(room.unreachable(75), at(75));
            presence.pipe(room.unreachable(90), at(90));
            assertThat(whoCounts(presence)).containsExactly("ana", "ben");

            presence.pipe(room.unreachable(105), at(105));
            assertThat(presence.participants().values())
                    .extracting(Participant::getIdentity, Participant::getPerson)
                    .containsExactly(tuple("ana", false), tuple("ben", false));
            assertThat(presence.rooms().values()).extracting(Room::getPeople).containsExactly(0);

            presence.pipe(room.attended(120, "ana", "ben"), at(120));
            presence.pipe(room.attended(135, "ana", "ben"), at(135));
            assertThat(whoCounts(presence)).containsExactly("ana", "ben");
            assertThat(presence.rooms().values()).extracting(Room::getPeople).containsExactly(2);
        }
    }

    @Test
    void whoIsInAZombieThatIsHeardOfCountsAgain() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0), room.joined(1, "ana")));
            for (int second : List.of(60, 75, 90, 105)) {
                presence.pipe(room.unreachable(second), at(second));
            }
            assertThat(whoCounts(presence)).isEmpty();

            presence.pipe(List.of(room.joined(106, "ben")));

            assertThat(whoCounts(presence)).containsExactly("ana", "ben");
        }
    }

    private static List<String> whoCounts(PresenceDriver presence) {
        return presence.participants().values().stream()
                .filter(Participant::getPerson)
                .map(Participant::getIdentity)
                .toList();
    }

    @Test
    void aPollWaitsForWhatMayStillComeBeforeIt() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0)));
            presence.pipe(room.attended(60, "ana"), at(60));
            presence.pipe(List.of(room.joined(61, "ana")));

            presence.pipe(List.of(room.joined(63, "ben")));

            assertThat(presence.history())
                    .extracting(RoomEvent::getSource)
                    .containsExactly(EventSource.WEBHOOK, EventSource.WEBHOOK, EventSource.WEBHOOK);
        }
    }

    @Test
    void aPollSaysWhoMayPublish() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0)));
            LivekitObservation poll = room.attended(60, "ana", "ben");
            poll.getParticipants().getFirst().setCanPublish(true);
            presence.pipe(poll, at(60));

            presence.pipe(List.of(room.joined(62, "cid")));

            assertThat(presence.participants().values().stream()
                            .collect(Collectors.toMap(Participant::getIdentity, Participant::getCanPublish)))
                    .containsEntry("ana", true)
                    .containsEntry("ben", false);
        }
    }

    @Test
    void aPollTakesItsPlaceBeforeWhatIsTwoSecondsYounger() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0)));
            presence.pipe(room.attended(60, "ana"), at(60));

            presence.pipe(List.of(room.joined(62, "ana")));

            assertThat(presence.history())
                    .extracting(RoomEvent::getSource)
                    .containsExactly(EventSource.WEBHOOK, EventSource.RECONCILER);
        }
    }

    @Test
    void aPollThatNobodyUnderstandsLeavesTheRoomAlone() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0), room.joined(1, "ana")));
            LivekitObservation empty = room.absent(60);
            empty.setRoomSid("RM_other");
            presence.pipe(empty, at(60));

            presence.pipe(List.of(room.joined(90, "ben")));

            assertThat(presence.history()).hasSize(3);
        }
    }

    /** Whichever of two records of one moment is read first: the facts, their order and their ids are the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theOrderInWhichTheTopicsAreReadChangesNothing(long seed, @TempDir Path again) {
        List<Step> steps = new ArrayList<>();
        for (Delivery delivery : List.of(
                room.started(0),
                room.joined(1, "ana"),
                room.joined(14, "ben"),
                room.left(31, "ben", 14),
                room.joined(46, "cyd"),
                room.joined(62, "dan"),
                room.finished(200),
                room.started(300))) {
            steps.add(new Step(delivery.at(), presence -> presence.pipe(List.of(delivery)), false));
        }
        String[][] attended = {{"ana", "ben"}, {"ana"}, {"cyd"}, {"cyd", "eve"}, {"cyd", "eve"}};
        for (int i = 0; i < attended.length; i++) {
            LivekitObservation poll = room.attended(15 + 15L * i, attended[i]);
            steps.add(new Step(poll.getObservedAt(), presence -> presence.pipe(poll, poll.getObservedAt()), true));
        }
        isTheSame(steps, new Random(seed), again);
    }

    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    /** Lost and repeated webhooks, people who come and go, polls that say what is there: a replay tells the same. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void soItIsWithAnyHistory(int seed, @TempDir Path again) {
        var random = new Random(seed);
        isTheSame(history(random), random, again);
    }

    private List<Step> history(Random random) {
        List<Step> steps = new ArrayList<>();
        Map<String, Long> inside = new LinkedHashMap<>();
        happens(steps, room.started(0), random);
        boolean open = true;
        for (int second = 1; second < 240; second++) {
            int dice = random.nextInt(20);
            if (dice == 0 && open) {
                String somebody = "u" + second;
                inside.put(somebody, (long) second);
                happens(steps, room.joined(second, somebody), random);
            } else if (dice == 1 && !inside.isEmpty()) {
                var first = inside.entrySet().iterator().next();
                inside.remove(first.getKey());
                happens(steps, room.left(second, first.getKey(), first.getValue()), random);
            } else if (dice == 2 && random.nextInt(10) == 0 && open) {
                open = false;
                inside.clear();
                happens(steps, room.finished(second), random);
            }
            if (second % 15 == 0) {
                LivekitObservation poll =
                        open ? room.attended(second, inside.keySet().toArray(new String[0])) : room.absent(second);
                steps.add(new Step(poll.getObservedAt(), presence -> presence.pipe(poll, poll.getObservedAt()), true));
            }
        }
        // Lets the last polls take their turn.
        happens(steps, new Happenings("other", "RM_2").started(300), random);
        return steps;
    }

    /** One webhook in eight is lost, one in eight comes twice. */
    private static void happens(List<Step> steps, Delivery delivery, Random random) {
        int times = switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> 2;
            default -> 1;
        };
        for (int i = 0; i < times; i++) {
            steps.add(new Step(delivery.at(), presence -> presence.pipe(List.of(delivery)), false));
        }
    }

    private void isTheSame(List<Step> steps, Random random, Path again) {
        Map<Step, Instant> turns = new HashMap<>();
        steps.forEach(step -> turns.put(step, step.at().plusMillis(step.poll() ? random.nextInt(1_900) : 0)));
        List<Step> shuffled =
                steps.stream().sorted(Comparator.comparing(turns::get)).toList();
        try (var one = new PresenceDriver(stateDir);
                var other = new PresenceDriver(again)) {
            steps.stream()
                    .sorted(Comparator.comparing(Step::at))
                    .forEach(step -> step.happens().accept(one));
            shuffled.forEach(step -> step.happens().accept(other));

            List<RoomEvent> history = one.history();
            assertThat(lines(history)).isNotEmpty();
            assertThat(other.history()).isEqualTo(history);
            assertThat(other.rooms()).isEqualTo(one.rooms());
            assertThat(other.participants()).isEqualTo(one.participants());
        }
    }

    private record Step(Instant at, Consumer<PresenceDriver> happens, boolean poll) {}
}
