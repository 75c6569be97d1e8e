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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
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
            List<Webhook> history = spoilt(history(random), random);
            holds(history);
            assertThat(told(history)).isEqualTo(told(history));
        }
    }

    private static void holds(List<Webhook> history) {
        RoomState state = RoomState.UNKNOWN;
        long sequence = 0;
        Set<String> ended = new HashSet<>();
        Set<String> joined = new HashSet<>();
        Set<String> left = new HashSet<>();
        for (Webhook webhook : history) {
            Decision decision = RoomDecider.decide(webhook, state);
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

    private static List<String> told(List<Webhook> history) {
        List<String> lines = new ArrayList<>();
        RoomState state = RoomState.UNKNOWN;
        for (Webhook webhook : history) {
            Decision decision = RoomDecider.decide(webhook, state);
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
