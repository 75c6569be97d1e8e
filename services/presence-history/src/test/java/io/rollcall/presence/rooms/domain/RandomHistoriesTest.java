package io.rollcall.presence.rooms.domain;

import static io.rollcall.presence.rooms.domain.Webhooks.person;
import static io.rollcall.presence.rooms.domain.Webhooks.room;
import static io.rollcall.presence.rooms.domain.Webhooks.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.domain.Change.ParticipantJoined;
import io.rollcall.presence.rooms.domain.Change.ParticipantLeft;
import io.rollcall.presence.rooms.domain.Decision.Told;
import io.rollcall.presence.rooms.domain.Webhooks.Person;
import io.rollcall.presence.rooms.domain.Webhooks.Room;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for any history, however LiveKit loses, repeats and reorders it. */
class RandomHistoriesTest {

    private static final int SEEDS = 200;
    private static final int HISTORIES_PER_SEED = 25;

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void countsAreSizesOfSetsAndNobodyComesBackFromTheDead(int seed) {
        var random = new Random(seed);
        for (int i = 0; i < HISTORIES_PER_SEED; i++) {
            List<Step> history = steps(spoilt(history(random), random));
            holds(history);
            assertThat(told(history)).isEqualTo(told(history));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void soTheyAreWithPollsBetweenThemThatTellTheTruthOfTheirMoment(int seed) {
        var random = new Random(1_000_000L + seed);
        for (int i = 0; i < HISTORIES_PER_SEED; i++) {
            List<Webhook> truth = history(random);
            List<Step> history = polled(truth, spoilt(truth, random), random);
            holds(history);
            assertThat(told(history)).isEqualTo(told(history));
        }
    }

    /** However much was lost: once everything has been told, polls alone bring us to what LiveKit has. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void pollsEndInWhatIsThere(int seed) {
        var random = new Random(2_000_000L + seed);
        for (int i = 0; i < HISTORIES_PER_SEED; i++) {
            List<Webhook> truth = history(random);
            RoomState state = RoomState.UNKNOWN;
            Set<String> ended = new HashSet<>();
            for (Step step : steps(spoilt(truth, random))) {
                Decision decision = step.decide(state);
                state = decision.after();
                gone(decision, ended);
            }
            Livekit livekit = Livekit.after(truth);
            long ms = livekit.ms() + 60_000;
            for (int poll = 0; poll < 4; poll++, ms += 15_000) {
                for (Observation observation : livekit.observed(ms)) {
                    Decision decision = RoomDecider.decide(observation, state);
                    state = decision.after();
                    gone(decision, ended);
                }
            }
            Set<String> expected = new HashSet<>(livekit.present().keySet());
            // Somebody whose end was told before its beginning, or of whom we have inferred it, stays gone.
            expected.removeAll(ended);
            Session session = state.session(livekit.room().seen().sid());
            assertThat(session instanceof Session.Open open ? open.live().keySet() : Set.of())
                    .isEqualTo(livekit.open() ? expected : Set.of());
        }
    }

    private static void gone(Decision decision, Set<String> ended) {
        for (Change change : decision.changes()) {
            if (change instanceof ParticipantLeft || change instanceof Change.ParticipantTerminated) {
                ended.add(change.participantSid());
            }
        }
    }

    /** One thing that comes: a webhook or a poll. */
    private interface Step {
        Decision decide(RoomState state);
    }

    private static List<Step> steps(List<Webhook> webhooks) {
        return webhooks.stream()
                .<Step>map(webhook -> state -> RoomDecider.decide(webhook, state))
                .toList();
    }

    private static List<Step> polled(List<Webhook> truth, List<Webhook> arrivals, Random random) {
        List<Step> steps = new ArrayList<>();
        int told = 0;
        for (Webhook webhook : arrivals) {
            steps.add(state -> RoomDecider.decide(webhook, state));
            told = Math.min(truth.size(), told + 1);
            if (random.nextInt(4) == 0) {
                // A poll may come after webhooks of what happened since it was asked.
                Livekit livekit = Livekit.after(truth.subList(0, Math.max(0, told - random.nextInt(3))));
                long ms = livekit.ms() + random.nextInt(30_000);
                List<Observation> observed = switch (random.nextInt(6)) {
                    case 0 -> List.of(Polls.unreachable(ms, livekit.room()));
                    case 1 -> livekit.counted(ms);
                    case 2 -> livekit.coming(ms);
                    default -> livekit.observed(ms);
                };
                for (Observation observation : observed) {
                    steps.add(state -> RoomDecider.decide(observation, state));
                }
            }
        }
        return steps;
    }

    /** What LiveKit itself has after what happened: the last room of the name and who is in it. */
    private record Livekit(Room room, boolean open, Map<String, Person> present, long ms) {

        static Livekit after(List<Webhook> truth) {
            Room room = Webhooks.room("RM_0", 0);
            boolean open = false;
            var present = new LinkedHashMap<String, Person>();
            long ms = 0;
            for (Webhook webhook : truth) {
                ms = Duration.between(Webhooks.NOON, webhook.origin().recordedAt())
                        .toMillis();
                if (webhook.room().details() != null
                        && !webhook.room().sid().equals(room.seen().sid())) {
                    room = new Room(webhook.room());
                    present.clear();
                }
                switch (webhook) {
                    case Webhook.RoomStarted _ -> open = true;
                    case Webhook.RoomFinished _ -> {
                        open = false;
                        present.clear();
                    }
                    case Webhook.ParticipantJoined joined -> {
                        Person person = person(joined);
                        if (person.state().equals("ACTIVE")) {
                            present.values().removeIf(other -> other.identity().equals(person.identity()));
                            present.put(person.sid(), person);
                        }
                    }
                    case Webhook.ParticipantLeft left ->
                        present.remove(left.participant().sid());
                    default -> {
                        // Changes nobody's presence.
                    }
                }
            }
            return new Livekit(room, open, present, ms);
        }

        private static Person person(Webhook.ParticipantJoined joined) {
            var details = Objects.requireNonNull(joined.participant().details());
            return new Person(
                    joined.participant().sid(),
                    joined.participant().identity(),
                    Duration.between(Webhooks.NOON, details.joinedAt()).toMillis(),
                    details.profile().kind(),
                    details.profile().hidden(),
                    details.version(),
                    details.state());
        }

        /** Listed without its participants. */
        List<Observation> counted(long ms) {
            return open ? List.of(Polls.listed(ms, room, present.size())) : observed(ms);
        }

        /** Everybody's media is still on the way. */
        List<Observation> coming(long ms) {
            return open
                    ? List.of(Polls.attended(
                            ms,
                            room,
                            present.values().stream()
                                    .map(person -> person.state("JOINED"))
                                    .toArray(Person[]::new)))
                    : observed(ms);
        }

        List<Observation> observed(long ms) {
            return open
                    ? List.of(Polls.attended(ms, room, present.values().toArray(new Person[0])))
                    : List.of(Polls.absent(ms, room));
        }
    }

    private static void holds(List<Step> history) {
        RoomState state = RoomState.UNKNOWN;
        long sequence = 0;
        Set<String> ended = new HashSet<>();
        Set<String> joined = new HashSet<>();
        Set<String> left = new HashSet<>();
        for (Step step : history) {
            Decision decision = step.decide(state);
            RoomState folded = state;
            for (Change change : decision.changes()) {
                folded = RoomDecider.evolve(folded, change);
            }
            assertThat(folded).as("evolve folds what decide decided").isEqualTo(decision.after());
            state = decision.after();
            for (Told told : decision.told()) {
                if (told.fact().sequenced()) {
                    assertThat(told.sequence()).isEqualTo(++sequence);
                }
                assertThat(told.people()).isNotNegative();
                if (told.fact() instanceof ParticipantJoined fact) {
                    assertThat(joined.add(fact.participantSid()))
                            .as("joined once")
                            .isTrue();
                    assertThat(ended).as("not after the end").doesNotContain(fact.participantSid());
                }
                if (told.fact() instanceof ParticipantLeft fact) {
                    assertThat(joined).as("left after the join").contains(fact.participantSid());
                    assertThat(left.add(fact.participantSid())).as("left once").isTrue();
                    assertThat(fact.at()).isAfterOrEqualTo(fact.joinedAt());
                    ended.add(fact.participantSid());
                }
            }
            for (Session session : state.sessions().values()) {
                consistent(session, ended);
            }
            assertThat(state.sessions().values().stream()
                            .filter(session -> session instanceof Session.Open && session.createdAt() != null)
                            .count())
                    .as("one open room of known age per name")
                    .isLessThanOrEqualTo(1);
        }
    }

    private static void consistent(Session session, Set<String> ended) {
        if (session instanceof Session.Open open) {
            Set<String> people = new HashSet<>();
            open.live().values().stream().filter(Participant.Live::person).forEach(p -> people.add(p.identity()));
            assertThat(open.people()).isEqualTo(people);
            long sids = open.live().values().stream()
                    .filter(Participant.Live::person)
                    .count();
            assertThat(sids).as("one live sid for each identity").isEqualTo(people.size());
            assertThat(ended).noneMatch(open.live()::containsKey);
            open.slots().values().forEach(sid -> assertThat(open.live()).containsKey(sid));
        }
    }

    private static List<String> told(List<Step> history) {
        List<String> lines = new ArrayList<>();
        RoomState state = RoomState.UNKNOWN;
        for (Step step : history) {
            Decision decision = step.decide(state);
            decision.told().forEach(told -> lines.add(told.sequence() + " " + Story.line(told)));
            state = decision.after();
        }
        return lines;
    }

    /** One to three sessions under one name, a few people who come and go, some twice. */
    private static List<Webhook> history(Random random) {
        List<Webhook> history = new ArrayList<>();
        long ms = 0;
        int sessions = 1 + random.nextInt(3);
        for (int s = 0; s < sessions; s++) {
            Room room = room("RM_" + s, ms);
            history.add(room.started(ms));
            List<Person> inside = new ArrayList<>();
            int steps = random.nextInt(20);
            for (int step = 0; step < steps; step++) {
                ms += random.nextInt(900);
                if (inside.isEmpty() || random.nextInt(3) == 0) {
                    Person person = somebody(random, s + "_" + step, ms);
                    if (random.nextInt(8) == 0) {
                        history.add(room.aborted(ms, person));
                    }
                    if (random.nextInt(5) > 0) {
                        history.add(room.joined(ms, random.nextInt(12) == 0 ? person.state("DISCONNECTED") : person));
                        inside.add(person);
                    }
                } else {
                    Person person = inside.get(random.nextInt(inside.size()));
                    switch (random.nextInt(5)) {
                        case 0 -> history.add(room.published(ms, person, track("TR_" + random.nextInt(4), ms)));
                        case 1 -> history.add(room.unpublished(ms, person, track("TR_" + random.nextInt(4), ms)));
                        case 2 -> history.add(room.joined(ms, person.version(random.nextInt(5))));
                        case 3 -> history.add(room.started(ms));
                        default -> {
                            history.add(room.left(ms, person, "CLIENT_INITIATED"));
                            inside.remove(person);
                        }
                    }
                }
            }
            if (random.nextInt(3) > 0) {
                ms += random.nextInt(5000);
                history.add(room.finished(ms));
            }
            ms += random.nextInt(5000);
        }
        return history;
    }

    private static Person somebody(Random random, String sid, long ms) {
        Person person = person("PA_" + sid, "u-" + random.nextInt(4), ms);
        return switch (random.nextInt(8)) {
            case 0 -> person.nowHidden();
            case 1 -> person.kind("EGRESS");
            default -> person;
        };
    }

    /** Loses one in ten, repeats one in ten, and lets one in five arrive elsewhere. */
    private static List<Webhook> spoilt(List<Webhook> history, Random random) {
        List<Webhook> spoilt = new ArrayList<>();
        for (Webhook webhook : history) {
            if (random.nextInt(10) > 0) {
                spoilt.add(webhook);
            }
            if (random.nextInt(10) == 0) {
                spoilt.add(webhook);
            }
        }
        for (int i = 0; i < spoilt.size() / 5; i++) {
            Collections.swap(spoilt, random.nextInt(spoilt.size()), random.nextInt(spoilt.size()));
        }
        return spoilt;
    }
}
