package io.rollcall.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RoomStoryTest {

    private static final Instant STARTED_AT = Instant.parse("2026-11-24T12:00:00Z");
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void aStoryIsToldFromStartToFinish() {
        assertThat(story(7).told(2))
                .extracting(RoomStory.Event::name)
                .containsExactly(
                        "room_started",
                        "participant_joined",
                        "track_published",
                        "participant_joined",
                        "track_published",
                        "track_unpublished",
                        "participant_left",
                        "track_unpublished",
                        "participant_left",
                        "room_finished");
    }

    @Test
    void theBodySaysWhatTheEventSays() {
        for (RoomStory.Event event : story(7).told(3)) {
            JsonNode body = JSON.readTree(event.body());

            assertThat(body.path("id").asString()).isEqualTo(event.id());
            assertThat(body.path("event").asString()).isEqualTo(event.name());
            assertThat(body.path("createdAt").asLong())
                    .isEqualTo(event.createdAt().getEpochSecond());
            assertThat(body.path("room").path("sid").asString()).isEqualTo(event.roomSid());
            assertThat(body.path("room").path("name").asString()).isEqualTo("room-7");
            assertThat(body.path("participant").path("sid").asString("")).isEqualTo(event.participantSid());
            assertThat(body.path("participant").path("identity").asString("")).isEqualTo(event.identity());
        }
    }

    @Test
    void storiesShareNoId() {
        var ids = new HashSet<String>();
        for (long number = 0; number < 100; number++) {
            story(number).told(5).forEach(event -> ids.add(event.id()));
        }

        assertThat(ids).hasSize(100 * 22);
    }

    @Test
    void aJoinIsAsLargeAsThoseOfTheCaptures() {
        List<RoomStory.Event> told = story(1_000_000).told(2);

        assertThat(told.get(1).body().getBytes(UTF_8)).hasSizeBetween(780, 860);
    }

    private static RoomStory story(long number) {
        return new RoomStory(number, "room-" + number, STARTED_AT);
    }
}
