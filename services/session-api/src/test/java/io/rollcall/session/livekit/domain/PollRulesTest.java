package io.rollcall.session.livekit.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PollRulesTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final Attendance NOBODY = new Attendance.Present(List.of());

    /** Not its turn to be looked into before the twelfth poll. */
    private static final String ROOM = "ag3-standup";

    private final Map<String, OpenRoom> known = new HashMap<>();
    private final Map<String, ListedRoom> listed = new HashMap<>();
    private final Map<String, Attendance> answers = new HashMap<>();
    private PollMemory memory = PollMemory.NOTHING;
    private Instant now = START;

    PollRulesTest() {
        assertThat(Math.floorMod(ROOM.hashCode(), PollRules.LOOK_EVERY))
                .as("its turn")
                .isBetween(1, 9);
    }

    @Test
    void roomsThatAgreeAreNotAskedAboutAndGetNoRecord() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);

        assertThat(polls(10)).containsOnly(List.of());
    }

    @Test
    void aRoomThatIsNotListedIsAbsentWithEveryPoll() {
        open(ROOM, "RM_1", 2, 2);

        assertThat(polls(3)).containsOnly(List.of(new Finding.Absent(ROOM, "RM_1")));
    }

    @Test
    void aRoomThatOpenedAfterLivekitWasAskedIsNotAbsent() {
        Map<String, OpenRoom> before = Map.of();
        open(ROOM, "RM_1", 1, 1);

        var plan = PollRules.plan(before, known, listing(), memory);

        assertThat(plan.absent()).isEmpty();
    }

    @Test
    void aRoomThatClosedInTheMeantimeIsNotAbsent() {
        open(ROOM, "RM_1", 1, 1);

        assertThat(PollRules.plan(known, Map.of(), listing(), memory).absent()).isEmpty();
        assertThat(PollRules.plan(known, Map.of(ROOM, room(ROOM, "RM_2", 1, 1, START)), listing(), memory)
                        .absent())
                .isEmpty();
    }

    @Test
    void aRoomWithoutANameIsKnownByItsSid() {
        open("", "RM_1", 0, 0);
        open("", "RM_2", 0, 0);
        list("", "RM_2", 0);

        assertThat(poll()).containsExactly(new Finding.Absent("", "RM_1"));
    }

    @Test
    void aRoomThatNobodyKnowsIsLookedIntoThreeTimes() {
        list(ROOM, "RM_1", 1);
        answers.put(ROOM, new Attendance.Present(List.of(person("PA_1"))));
        var found = new Finding.Present(listedRoom(), List.of(person("PA_1")));

        assertThat(polls(5)).containsExactly(List.of(found), List.of(found), List.of(found), List.of(), List.of());
    }

    @Test
    void aRoomThatWasJustMadeIsLeftToItsWebhook() {
        listed.put(ROOM, listed(ROOM, "RM_1", 0, now.minusSeconds(4)));

        assertThat(poll()).isEmpty();
        assertThat(poll()).hasSize(1);
    }

    @Test
    void anotherLifeOfARoomIsARoomThatNobodyKnows() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_2", 2);

        assertThat(poll()).containsExactly(new Finding.Present(listedRoom(), List.of()));
    }

    @Test
    void aCountThatDiffersTwiceIsLookedInto() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 1);
        var found = new Finding.Present(listedRoom(), List.of());

        assertThat(polls(5)).containsExactly(List.of(), List.of(found), List.of(found), List.of(), List.of());
    }

    @Test
    void aCountThatDiffersOnceIsOnlyAHint() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 1);
        poll();
        open(ROOM, "RM_1", 1, 1);
        poll();
        open(ROOM, "RM_1", 2, 2);

        assertThat(poll()).isEmpty();
    }

    @Test
    void aDifferenceThatStaysWhilePeopleComeAndGoIsTheSameDifference() {
        open(ROOM, "RM_1", 2, 4);
        list(ROOM, "RM_1", 3);
        polls(3);

        open(ROOM, "RM_1", 7, 9);
        list(ROOM, "RM_1", 8);

        assertThat(polls(3)).containsOnly(List.of());
    }

    @ParameterizedTest
    @CsvSource({"2, 3, 3", "2, 3, 2", "0, 1, 0"})
    void agentsAndHiddenOnesAreNoDifference(int people, int connected, int hint) {
        open(ROOM, "RM_1", people, connected);
        list(ROOM, "RM_1", hint);

        assertThat(polls(10)).containsOnly(List.of());
    }

    @Test
    void aDoubtIsLookedIntoThreeTimes() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);
        doubt(ROOM, "RM_1");
        var found = new Finding.Present(listedRoom(), List.of());

        assertThat(polls(4)).containsExactly(List.of(found), List.of(found), List.of(found), List.of());
    }

    @Test
    void aDoubtAboutARoomThatIsNotListedIsAnswered() {
        doubt(ROOM, "RM_1");
        doubt("", "RM_9");

        assertThat(poll()).containsExactlyInAnyOrder(new Finding.Absent(ROOM, "RM_1"), new Finding.Absent("", "RM_9"));
        assertThat(polls(3).getLast()).isEmpty();
    }

    @Test
    void aRoomIsAbsentOnceHoweverManySayIt() {
        open(ROOM, "RM_1", 2, 2);
        doubt(ROOM, "");

        assertThat(poll()).containsExactly(new Finding.Absent(ROOM, "RM_1"));
    }

    @Test
    void anEmptyRoomThatLivekitKeepsForTooLongIsLookedInto() {
        list(ROOM, "RM_1", 0);
        known.put(ROOM, room(ROOM, "RM_1", 0, 0, now.minusSeconds(330)));

        assertThat(poll()).isEmpty();
        assertThat(poll()).containsExactly(new Finding.Present(listedRoom(), List.of()));
    }

    @Test
    void aRoomThatNobodyAnswersForIsAskedAboutUntilItIsAZombie() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);
        doubt(ROOM, "RM_1");
        answers.put(ROOM, new Attendance.Unreachable());
        var found = new Finding.Unreachable(listedRoom());

        assertThat(polls(2)).containsOnly(List.of(found));
        assertThat(memory.zombies()).isEmpty();
        assertThat(poll()).containsExactly(found);
        assertThat(memory.zombies()).containsExactly(ROOM);
        doubt(ROOM, "RM_1");
        assertThat(poll()).as("it costs LiveKit three seconds").isEmpty();
        assertThat(polls(20).stream().filter(findings -> !findings.isEmpty())).hasSize(1);
    }

    @Test
    void aZombieThatAnswersIsNone() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);
        doubt(ROOM, "RM_1");
        answers.put(ROOM, new Attendance.Unreachable());
        polls(3);

        answers.put(ROOM, NOBODY);
        polls(20);

        assertThat(memory.zombies()).isEmpty();
    }

    @Test
    void aZombieThatIsNotListedIsForgotten() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);
        doubt(ROOM, "RM_1");
        answers.put(ROOM, new Attendance.Unreachable());
        polls(3);
        listed.clear();

        assertThat(poll()).containsExactly(new Finding.Absent(ROOM, "RM_1"));

        assertThat(memory.zombies()).isEmpty();
    }

    @Test
    void noAnswerMeansUnknown() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 2);
        doubt(ROOM, "RM_1");
        answers.put(ROOM, new Attendance.Unknown());

        assertThat(polls(3)).containsOnly(List.of(new Finding.Present(listedRoom(), null)));
        assertThat(memory.zombies()).isEmpty();
    }

    @Test
    void everyRoomIsLookedIntoOnceInTwentyPolls() {
        for (int i = 0; i < 200; i++) {
            open("room-" + i, "RM_" + i, 1, 1);
            list("room-" + i, "RM_" + i, 1);
        }

        List<List<Finding>> polls = polls(PollRules.LOOK_EVERY);

        assertThat(polls).allSatisfy(findings -> assertThat(findings).hasSizeBetween(1, 30));
        Map<String, Long> looks = polls.stream()
                .flatMap(List::stream)
                .map(finding -> ((Finding.Present) finding).room().name())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(looks)
                .hasSize(200)
                .allSatisfy((room, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    void nothingIsRememberedOfRoomsThatAgreeOrHaveGone() {
        open(ROOM, "RM_1", 2, 2);
        list(ROOM, "RM_1", 1);
        list("other", "RM_2", 1);
        poll();
        open(ROOM, "RM_1", 1, 1);
        listed.remove("other");
        poll();

        assertThat(memory.rooms()).isEmpty();
        assertThat(memory.doubts()).isEmpty();
    }

    /** Whatever happens, only listed rooms are asked about, and nothing is absent that is listed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomHistories(long seed) {
        var random = new Random(seed);
        List<String> names = IntStream.range(0, 12).mapToObj(i -> "r" + i).toList();
        for (int poll = 0; poll < 300; poll++) {
            for (String name : names) {
                change(random, name);
            }
            Listing listing = listing();
            PollRules.Plan plan = PollRules.plan(known, known, listing, memory);
            PollRules.Conclusion conclusion = PollRules.conclude(plan, listing, answers);

            assertThat(listed.keySet()).as("seed %d, poll %d", seed, poll).containsAll(plan.ask());
            Set<String> told = new HashSet<>();
            for (Finding finding : conclusion.findings()) {
                switch (finding) {
                    case Finding.Absent absent -> {
                        assertThat(listed).doesNotContainKey(absent.name());
                        assertThat(told.add(absent.name())).isTrue();
                    }
                    case Finding.Present present -> {
                        assertThat(listed).containsValue(present.room());
                        assertThat(told.add(present.room().name())).isTrue();
                    }
                    case Finding.Unreachable unreachable -> {
                        assertThat(answers.get(unreachable.room().name())).isInstanceOf(Attendance.Unreachable.class);
                        assertThat(told.add(unreachable.room().name())).isTrue();
                    }
                }
            }
            Set<String> absent = new HashSet<>(known.keySet());
            absent.removeAll(listed.keySet());
            assertThat(told).as("seed %d, poll %d", seed, poll).containsAll(absent);
            assertThat(conclusion.memory().rooms().size()
                            + conclusion.memory().doubts().size())
                    .isLessThanOrEqualTo(2 * names.size());
            memory = conclusion.memory();
            now = now.plus(INTERVAL);
        }
    }

    private void change(Random random, String name) {
        switch (random.nextInt(12)) {
            case 0 -> open(name, "RM_" + random.nextInt(3), random.nextInt(3), random.nextInt(4));
            case 1 -> known.remove(name);
            case 2 -> list(name, "RM_" + random.nextInt(3), random.nextInt(4));
            case 3 -> listed.remove(name);
            case 4 -> answers.put(name, new Attendance.Unreachable());
            case 5 -> answers.put(name, NOBODY);
            case 6 -> answers.remove(name);
            case 7 -> doubt(name, "RM_" + random.nextInt(3));
            default -> {}
        }
    }

    private void open(String name, String sid, int people, int connected) {
        known.put(name.isEmpty() ? sid : name, room(name, sid, people, connected, now));
    }

    private static OpenRoom room(String name, String sid, int people, int connected, Instant lastActiveAt) {
        return new OpenRoom(name, sid, people, connected, lastActiveAt);
    }

    private void list(String name, String sid, int numParticipants) {
        listed.put(name.isEmpty() ? sid : name, listed(name, sid, numParticipants, START.minusSeconds(3600)));
    }

    private static ListedRoom listed(String name, String sid, int numParticipants, Instant createdAt) {
        return new ListedRoom(
                sid, name, createdAt, Duration.ofSeconds(300), Duration.ofSeconds(20), 0, "", numParticipants);
    }

    private ListedRoom listedRoom() {
        return Objects.requireNonNull(listed.get(ROOM));
    }

    private void doubt(String name, String sid) {
        memory = PollRules.withDoubts(memory, List.of(new Doubt(name, sid)));
    }

    private static ListedParticipant person(String sid) {
        return new ListedParticipant(
                sid, "u", "", "ACTIVE", "STANDARD", false, false, START, 1, "", Map.of(), List.of());
    }

    private Listing listing() {
        return new Listing(now, listed);
    }

    private List<List<Finding>> polls(int count) {
        List<List<Finding>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(poll());
        }
        return all;
    }

    private List<Finding> poll() {
        Listing listing = listing();
        PollRules.Plan plan = PollRules.plan(known, known, listing, memory);
        Map<String, Attendance> said = new HashMap<>();
        plan.ask().forEach(key -> said.put(key, answers.getOrDefault(key, NOBODY)));
        PollRules.Conclusion conclusion = PollRules.conclude(plan, listing, said);
        memory = conclusion.memory();
        now = now.plus(INTERVAL);
        return conclusion.findings();
    }
}
