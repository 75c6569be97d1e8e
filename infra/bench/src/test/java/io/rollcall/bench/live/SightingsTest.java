package io.rollcall.bench.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.bench.RoomStory;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SightingsTest {

    private static final List<RoomStory.Event> TOLD =
            new RoomStory(1, "a room", Instant.parse("2026-11-24T12:00:00Z")).told(1);

    private final Sightings sightings = new Sightings();

    @BeforeEach
    void send() {
        for (int i = 0; i < TOLD.size(); i++) {
            sightings.sent(TOLD.get(i), 1_000L * i);
        }
    }

    @Test
    void aLatencyIsFromTheWebhookToTheFrameItIsIn() {
        sightings.seen(List.of(
                frame(50, pub("room_opened", "")),
                frame(
                        3_000,
                        pub("participant_joined", TOLD.get(1).participantSid())
                                + FeedClient.PING + "\n"
                                + pub("track_published", TOLD.get(2).participantSid()))));

        assertThat(sightings.latencies().count()).isEqualTo(3);
        assertThat(sightings.latencies().quantile(0)).isEqualTo(Duration.ofNanos(50));
        assertThat(sightings.latencies().max()).isEqualTo(Duration.ofNanos(2_000));
        assertThat(sightings.missing()).isEqualTo(TOLD.size() - 3);
        assertThat(sightings.unexpected()).isZero();
    }

    @Test
    void theGatewaysShareBeginsWhenTheRecordCouldBeRead() {
        sightings.committed(List.of(new FeedProbe.Committed(
                2_400,
                RoomEvent.newBuilder()
                        .setType(RoomEventType.PARTICIPANT_JOINED)
                        .setRoomSid(TOLD.get(1).roomSid())
                        .setParticipantJoined(ParticipantJoined.newBuilder()
                                .setParticipantSid(TOLD.get(1).participantSid())
                                .build())
                        .build())));

        sightings.seen(List.of(
                frame(3_000, pub("participant_joined", TOLD.get(1).participantSid())),
                frame(3_100, pub("track_published", TOLD.get(2).participantSid()))));

        assertThat(sightings.untilCommitted().max()).isEqualTo(Duration.ofNanos(1_400));
        assertThat(sightings.sinceCommitted().count()).isEqualTo(1);
        assertThat(sightings.sinceCommitted().max()).isEqualTo(Duration.ofNanos(600));
    }

    @Test
    void whatComesTwiceToOneSubscriberIsToldApartFromWhatComesToTwo() {
        sightings.seen(List.of(frame(50, pub("room_opened", ""))));
        sightings.seen(List.of(frame(60, pub("room_opened", "")), frame(70, pub("room_opened", ""))));

        assertThat(sightings.repeated()).isEqualTo(1);
        assertThat(sightings.latencies().count()).isEqualTo(2);
        assertThat(sightings.missing()).isEqualTo(2 * TOLD.size() - 2);
    }

    @Test
    void whatNobodySentIsUnexpected() {
        sightings.seen(List.of(frame(50, pub("participant_left", "PA_somebody"))));

        assertThat(sightings.unexpected()).isEqualTo(1);
    }

    private static FeedClient.Frame frame(long at, String text) {
        return new FeedClient.Frame(at, text);
    }

    private static String pub(String type, String participantSid) {
        return "{\"push\":{\"channel\":\"rooms:*\",\"pub\":{\"offset\":7,\"data\":{\"id\":\"x\",\"type\":\"" + type
                + "\",\"roomSid\":\"" + TOLD.getFirst().roomSid() + "\",\"participantSid\":\"" + participantSid
                + "\"}}}}\n";
    }
}
