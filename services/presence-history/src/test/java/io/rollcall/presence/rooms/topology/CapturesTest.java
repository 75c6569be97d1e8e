package io.rollcall.presence.rooms.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.captures.Captures;
import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.captures.Outcome;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CapturesTest {

    @TempDir
    private Path stateDir;

    static Stream<Named<List<Delivery>>> arrivals() {
        return Stream.of(
                Named.of("scenarios", Captures.scenarios()),
                Named.of("scenarios, doubled", Captures.doubled(Captures.scenarios())),
                Named.of("scenarios, interleaved", Captures.interleaved(Captures.scenarios(), 7)),
                Named.of("volume", Captures.volume()),
                Named.of("volume, doubled", Captures.doubled(Captures.volume())),
                Named.of(
                        "volume, doubled and interleaved",
                        Captures.interleaved(Captures.doubled(Captures.volume()), 8)));
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void endsInWhatTheCaptureTells(List<Delivery> arrivals) {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(arrivals);

            Outcome expected = Outcome.of(arrivals);
            List<RoomEvent> history = presence.history();
            assertThat(linesByRoom(history)).isEqualTo(expected.facts());
            assertThat(presence.feed()).isEqualTo(history);
            assertThat(history).extracting(RoomEvent::getId).doesNotHaveDuplicates();
            PresenceDriver.byRoom(history).values().forEach(CapturesTest::isDense);

            Map<String, Room> rooms = presence.rooms();
            assertThat(rooms.keySet()).isEqualTo(expected.facts().keySet());
            assertThat(open(rooms)).isEqualTo(expected.open());
            rooms.values().forEach(room -> assertThat(room.getPeople()).isEqualTo(expected.people(room.getRoomSid())));
            assertThat(presence.participants().values())
                    .allSatisfy(participant -> assertThat(participant.getRoomSid())
                            .isEqualTo(expected.open().get(participant.getRoomKey())))
                    .hasSize(expected.open().values().stream()
                            .mapToInt(expected::people)
                            .sum());
        }
    }

    @Test
    void theStateOfAParticipantSaysWhetherItMayPublish() {
        Map<String, Boolean> told = new TreeMap<>();
        try (var presence = new PresenceDriver(stateDir)) {
            for (Delivery delivery : Captures.scenarios()) {
                presence.pipe(List.of(delivery));
                if (delivery.event().getEvent().equals("participant_joined")) {
                    presence.participants().values().stream()
                            .filter(it -> it.getParticipantSid()
                                    .equals(delivery.event().getParticipantSid()))
                            .forEach(it -> told.put(it.getParticipantSid(), it.getCanPublish()));
                }
            }
        }

        assertThat(told.values()).containsOnly(true, false);
        Captures.scenarios().stream()
                .map(Delivery::event)
                .filter(it -> it.getEvent().equals("participant_joined") && told.containsKey(it.getParticipantSid()))
                .forEach(it -> assertThat(told.get(it.getParticipantSid()))
                        .isEqualTo(it.getPayload().replace(" ", "").contains("\"canPublish\":true")));
    }

    @Test
    void aReplayGivesTheSameFactsUnderTheSameIds(@TempDir Path again) {
        List<Delivery> arrivals = Captures.scenarios();
        try (var first = new PresenceDriver(stateDir);
                var second = new PresenceDriver(again)) {
            first.pipe(arrivals);
            second.pipe(arrivals);

            assertThat(second.history()).isEqualTo(first.history());
            assertThat(second.rooms()).isEqualTo(first.rooms());
            assertThat(second.participants()).isEqualTo(first.participants());
        }
    }

    private static Map<String, List<String>> linesByRoom(List<RoomEvent> history) {
        return history.stream()
                .collect(Collectors.groupingBy(
                        RoomEvent::getRoomKey, TreeMap::new, Collectors.mapping(Outcome::line, Collectors.toList())));
    }

    private static Map<String, String> open(Map<String, Room> rooms) {
        Map<String, String> open = new TreeMap<>();
        rooms.forEach((key, room) -> {
            if (room.getState() == RoomState.OPEN) {
                open.put(key, room.getRoomSid());
            }
        });
        return open;
    }

    private static void isDense(List<RoomEvent> events) {
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).getSequence()).isEqualTo(i + 1L);
        }
    }
}
