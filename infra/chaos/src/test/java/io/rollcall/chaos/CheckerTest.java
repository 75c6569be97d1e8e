package io.rollcall.chaos;

import static io.rollcall.chaos.Breach.Promise.NOTHING_ACKNOWLEDGED_IS_LOST;
import static io.rollcall.chaos.Breach.Promise.NO_FACT_IS_DUPLICATED;
import static io.rollcall.chaos.Breach.Promise.NO_FACT_IS_LOST;
import static io.rollcall.chaos.Breach.Promise.ORDER_IS_KEPT;
import static io.rollcall.chaos.Breach.Promise.STATE_IS_RIGHT;
import static io.rollcall.chaos.Breach.Promise.SUBSCRIBERS_GET_EVERYTHING_ONCE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.rollcall.chaos.Evidence.Entry;
import io.rollcall.chaos.Evidence.Frame;
import io.rollcall.chaos.Evidence.OpenRoom;
import io.rollcall.local.Webhook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The checker is silent about a run that kept every promise, and names each fault that is planted in it. */
class CheckerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final List<Webhook> STORY = List.of(
            webhook("EV_1", "room_started", "lobby", "RM_1", ""),
            webhook("EV_2", "participant_joined", "lobby", "RM_1", participant("PA_1", "ana", "")),
            webhook("EV_3", "participant_joined", "lobby", "RM_1", participant("PA_2", "ben", "")),
            webhook("EV_4", "room_started", "attic", "RM_2", ""),
            webhook("EV_5", "participant_left", "lobby", "RM_1", participant("PA_1", "ana", "CLIENT_INITIATED")),
            webhook("EV_6", "room_finished", "attic", "RM_2", ""));

    @Test
    void aRunThatKeptEveryPromiseHasNoBreach() {
        assertThat(Checker.breaches(expectation(), new Found().evidence())).isEmpty();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("a webhook is lost", NOTHING_ACKNOWLEDGED_IS_LOST, found -> found.recorded.remove("EV_3")),
                fault("two webhooks of a room change places", ORDER_IS_KEPT, found -> {
                    found.recorded.remove("EV_2");
                    found.recorded.add("EV_2");
                }),
                fault("a fact is lost", NO_FACT_IS_LOST, found -> found.history.remove(3)),
                fault(
                        "a record is written twice",
                        NO_FACT_IS_DUPLICATED,
                        found -> found.history.add(found.history.get(3))),
                fault(
                        "a fact is told twice under two ids",
                        NO_FACT_IS_DUPLICATED,
                        found -> found.history.add(
                                entry("again", "lobby", 5, found.history.get(3).fact()))),
                fault(
                        "a sequence number is skipped",
                        ORDER_IS_KEPT,
                        found -> found.history.set(
                                3, entry("F_4", "lobby", 9, found.history.get(3).fact()))),
                fault("two facts of a room change places", ORDER_IS_KEPT, found -> {
                    Entry second = found.history.get(1);
                    Entry third = found.history.get(2);
                    found.history.set(1, entry(second.id(), "lobby", 2, third.fact()));
                    found.history.set(2, entry(third.id(), "lobby", 3, second.fact()));
                }),
                fault("a subscriber misses an event", SUBSCRIBERS_GET_EVERYTHING_ONCE, found -> found.frames.remove(2)),
                fault(
                        "a subscriber gets an event twice",
                        SUBSCRIBERS_GET_EVERYTHING_ONCE,
                        found -> found.frames.add(found.frames.get(2))),
                fault(
                        "a subscriber gets two events in the wrong order",
                        ORDER_IS_KEPT,
                        found -> Collections.swap(found.frames, 1, 2)),
                fault(
                        "a subscriber sees what was never committed",
                        SUBSCRIBERS_GET_EVERYTHING_ONCE,
                        found -> found.frames.add(new Frame("ghost", 99, NOW))),
                fault("a count is wrong", STATE_IS_RIGHT, found -> found.rooms.put("lobby", new OpenRoom("RM_1", 2))),
                fault(
                        "a closed room is listed",
                        STATE_IS_RIGHT,
                        found -> found.rooms.put("attic", new OpenRoom("RM_2", 0))),
                fault("an open room is not listed", STATE_IS_RIGHT, found -> found.rooms.remove("lobby")),
                fault("a session is forgotten", STATE_IS_RIGHT, found -> found.sessions.remove("RM_2")),
                fault(
                        "a reason is wrong",
                        STATE_IS_RIGHT,
                        found -> requireNonNull(found.sessions.get("RM_1"))
                                .participants()
                                .put("PA_1", new Expectation.Participant("ana", true, "NODE_LOST"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aPlantedFaultIsNamed(String name, Breach.Promise promise, Consumer<Found> fault) {
        var found = new Found();
        fault.accept(found);

        List<Breach> breaches = Checker.breaches(expectation(), found.evidence());

        assertThat(breaches).as(name).extracting(Breach::promise).contains(promise);
    }

    @Test
    void aRoomInWhichLiveKitGaveUpIsNotCompared() {
        var found = new Found();
        found.abandoned.add("lobby");
        found.recorded.remove("EV_3");
        found.acknowledged.remove("EV_3");
        found.history.removeIf(entry -> entry.roomKey().equals("lobby") && entry.sequence() > 2);
        found.feed.removeIf(
                id -> found.history.stream().noneMatch(entry -> entry.id().equals(id)));
        found.frames.removeIf(frame -> !found.feed.contains(frame.id()));
        found.rooms.remove("lobby");
        found.sessions.remove("RM_1");

        assertThat(Checker.breaches(expectation(), found.evidence())).isEmpty();
    }

    @Test
    void peopleWhoseLeavingIsInferredTogetherMayBeToldInAnyOrder() {
        var expected = expectation();
        expected.take(webhook("EV_7", "participant_joined", "lobby", "RM_1", participant("PA_3", "cyd", "")));
        expected.take(webhook("EV_8", "room_started", "lobby", "RM_3", ""));
        var found = new Found(expected);
        Entry one = found.history.get(5);
        Entry other = found.history.get(6);
        assertThat(List.of(one, other))
                .extracting(entry -> requireNonNull(entry.fact()).reason())
                .containsOnly("NODE_LOST");

        found.history.set(5, entry(one.id(), "lobby", 6, other.fact()));
        found.history.set(6, entry(other.id(), "lobby", 7, one.fact()));

        assertThat(Checker.breaches(expected, found.evidence())).isEmpty();
    }

    private static Arguments fault(String name, Breach.Promise promise, Consumer<Found> fault) {
        return arguments(name, promise, fault);
    }

    private static Expectation expectation() {
        var expectation = new Expectation();
        STORY.forEach(expectation::take);
        return expectation;
    }

    private static Entry entry(String id, String room, long sequence, @Nullable Fact fact) {
        return new Entry(id, "EV", room, sequence, fact);
    }

    private static Webhook webhook(String id, String event, String room, String sid, String participant) {
        return new Webhook(
                id,
                event,
                room,
                "{\"id\":\"%s\",\"event\":\"%s\",\"room\":{\"sid\":\"%s\",\"name\":\"%s\"}%s}"
                        .formatted(id, event, sid, room, participant));
    }

    private static String participant(String sid, String identity, String reason) {
        return ",\"participant\":{\"sid\":\"%s\",\"identity\":\"%s\",\"disconnectReason\":\"%s\"}"
                .formatted(sid, identity, reason);
    }

    /** What a faultless run leaves behind, open to faults. */
    static final class Found {

        private final Map<String, Instant> acknowledged = new HashMap<>();
        private final Set<String> abandoned = new HashSet<>();
        private final SequencedSet<String> recorded = new LinkedHashSet<>();
        private final List<Entry> history = new ArrayList<>();
        private final List<String> feed = new ArrayList<>();
        private final List<Frame> frames = new ArrayList<>();
        private final Map<String, OpenRoom> rooms = new TreeMap<>();
        private final Map<String, Expectation.Session> sessions = new TreeMap<>();

        private Found() {
            this(expectation());
        }

        private Found(Expectation expected) {
            STORY.forEach(webhook -> {
                acknowledged.put(webhook.id(), NOW);
                recorded.add(webhook.id());
            });
            for (String room : List.of("lobby", "attic")) {
                long sequence = 0;
                for (Fact fact : expected.factsByRoom().getOrDefault(room, List.of())) {
                    sequence++;
                    history.add(entry("F_" + room + sequence, room, sequence, fact));
                }
            }
            history.forEach(entry -> frames.add(new Frame(entry.id(), frames.size() + 1L, NOW)));
            expected.openByRoom().forEach((room, sid) -> rooms.put(room, new OpenRoom(sid, expected.peopleIn(sid))));
            expected.sessions()
                    .forEach((sid, session) -> sessions.put(
                            sid,
                            new Expectation.Session(session.roomKey(), new LinkedHashMap<>(session.participants()))));
            history.forEach(entry -> feed.add(entry.id()));
        }

        private Evidence evidence() {
            return new Evidence(acknowledged, abandoned, recorded, history, feed, frames, rooms, sessions);
        }
    }
}
