package io.rollcall.bench.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.bench.RoomStory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Instant ENDS_AT = Instant.parse("2026-11-24T12:00:00Z");
    private static final int LENGTH = 5_000;
    private static final int PLACES = 20;

    private final History history = new History(LENGTH, PLACES, 3, ENDS_AT);
    private final List<RoomStory.Event> told = new ArrayList<>();

    HistoryTest() {
        history.tell(told::add);
    }

    @Test
    void itHasExactlyTheLengthAskedForAndNoEventTwice() {
        assertThat(told).hasSize(LENGTH);
        assertThat(told.stream().map(RoomStory.Event::id).distinct()).hasSize(LENGTH);
    }

    @Test
    void itIsToldInTheOrderOfTimeAndEndsWhenItShould() {
        Instant latest = Instant.EPOCH;
        for (RoomStory.Event event : told) {
            assertThat(event.createdAt()).isAfterOrEqualTo(latest);
            latest = event.createdAt();
        }
        assertThat(latest).isBetween(ENDS_AT.minus(Duration.ofMinutes(5)), ENDS_AT);
    }

    @Test
    void theEventsOfOneRoomAreItsStoryInOrderAndRoomsOfOneNameFollowEachOther() {
        var open = new HashMap<String, String>();
        for (RoomStory.Event event : told) {
            switch (event.name()) {
                case "room_started" ->
                    assertThat(open.put(event.roomName(), event.roomSid())).isNull();
                case "room_finished" ->
                    assertThat(open.remove(event.roomName())).isEqualTo(event.roomSid());
                default -> assertThat(open).containsEntry(event.roomName(), event.roomSid());
            }
        }
        assertThat(history.open().keySet()).isEqualTo(open.keySet()).hasSizeBetween(1, PLACES);
    }

    @Test
    void theEndStateIsWhatTheEventsSay() {
        var people = new HashMap<String, Integer>();
        var sessions = new HashSet<String>();
        for (RoomStory.Event event : told) {
            sessions.add(event.roomSid());
            switch (event.name()) {
                case "room_started" -> people.put(event.roomName(), 0);
                case "participant_joined" -> people.merge(event.roomName(), 1, Integer::sum);
                case "participant_left" -> people.merge(event.roomName(), -1, Integer::sum);
                case "room_finished" -> people.remove(event.roomName());
                default -> {}
            }
        }

        assertThat(history.open()).isEqualTo(people);
        assertThat(history.sessions()).isEqualTo(sessions.size());
    }

    @Test
    void nothingThatIsKeptHoldsASecret() {
        assertThat(told).extracting(RoomStory.Event::body).anyMatch(body -> body.contains("turnPassword"));
        assertThat(told)
                .extracting(RoomStory.Event::bodyWithoutSecret)
                .noneMatch(body -> body.contains("turnPassword"));
    }
}
