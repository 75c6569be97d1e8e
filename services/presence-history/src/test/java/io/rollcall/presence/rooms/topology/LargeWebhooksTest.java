package io.rollcall.presence.rooms.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LiveKit's bodies may have four megabytes, and what is made of them must be taken by topics that take one. */
class LargeWebhooksTest {

    private static final int ENVELOPE = 64 * 1024;
    private static final int TWO_MEGABYTES = 2 * 1024 * 1024;

    @TempDir
    private Path stateDir;

    private final Happenings room = new Happenings("standup", "RM_1");

    @Test
    void anEgressThatIsTooLargeIsInTheHistoryWithoutItsPayload() {
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0), room.egressEnded(1, "x".repeat(TWO_MEGABYTES)), room.finished(2)));

            List<RoomEvent> history = presence.history();
            assertThat(history)
                    .extracting(RoomEvent::getType)
                    .containsExactly(
                            RoomEventType.ROOM_OPENED,
                            RoomEventType.REPORTED,
                            RoomEventType.ANOMALY_REPORTED,
                            RoomEventType.ROOM_CLOSED);
            var reported = Objects.requireNonNull(history.get(1).getReported());
            assertThat(reported.getSubjectId()).isEqualTo("EG_1");
            assertThat(reported.getPayload()).isEmpty();
            var anomaly = Objects.requireNonNull(history.get(2).getAnomalyReported());
            assertThat(anomaly.getCode()).isEqualTo("TOO_LARGE");
            assertThat(anomaly.getDetail()).isEqualTo("payload of 2097182 bytes left out");
        }
    }

    @Test
    void aRoomAndItsPeopleAreThereWhateverTheyCarry() {
        String large = "x".repeat(TWO_MEGABYTES);
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0, large), room.joined(1, "ana", large, large), room.joined(2, "ben")));

            assertThat(presence.rooms().values()).extracting(Room::getPeople).containsExactly(2);
            assertThat(presence.participants().values())
                    .extracting(Participant::getIdentity)
                    .containsExactly("ana", "ben");
        }
    }

    @Test
    void soItIsWithWhatAPollFinds() {
        LivekitObservation poll = room.attended(60, "ana", "x".repeat(TWO_MEGABYTES));
        poll.getParticipants().getFirst().setMetadata("x".repeat(TWO_MEGABYTES));
        Objects.requireNonNull(poll.getRoom()).setMetadata("x".repeat(TWO_MEGABYTES));
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0)));
            presence.pipe(poll, Happenings.at(60));

            presence.pipe(List.of(room.joined(62, "ben")));

            assertThat(presence.participants().values())
                    .extracting(Participant::getIdentity)
                    .containsExactly("ana", "ben");
            assertThat(presence.rooms().values()).extracting(Room::getMetadata).containsExactly("");
        }
    }

    /** Nothing that LiveKit tells is so large once it is mapped; what comes with it must not end the service either. */
    @Test
    void aFactThatIsTooLargeAllTheSameIsRefusedBeforeAnythingIsWritten() {
        var started = room.started(0);
        started.event().setCorrelationId("x".repeat(TWO_MEGABYTES));
        try (var presence = new PresenceDriver(stateDir)) {
            assertThatThrownBy(() -> presence.pipe(List.of(started)))
                    .hasRootCauseInstanceOf(RecordTooLargeException.class);

            assertThat(presence.history()).isEmpty();
            try (var rooms =
                    presence.driver.getKeyValueStore(PresenceStores.ROOMS).all()) {
                assertThat(rooms.hasNext()).isFalse();
            }
        }
    }

    /** Metadata and attributes just within their bounds, and as often in a record as may be. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "\u00e9", "\u20ac"})
    void whatIsJustNotTooLargeGivesRecordsThatTheirTopicsTake(String character) {
        int width = character.equals("x") ? 1 : character.equals("\u00e9") ? 2 : 3;
        String metadata = character.repeat(512 * 1024 / width);
        String attribute = character.repeat((256 * 1024 - 6) / width);
        try (var presence = new PresenceDriver(stateDir)) {
            presence.pipe(List.of(room.started(0, metadata), room.joined(1, "ana", metadata, attribute)));

            for (Topic<?> topic : List.of(Topics.ROOM_EVENTS, Topics.ROOM_FEED, Topics.ROOMS, Topics.PARTICIPANTS)) {
                List<byte[]> records = presence.driver
                        .createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer())
                        .readValuesToList();
                assertThat(records)
                        .as(topic.name())
                        .isNotEmpty()
                        .allSatisfy(record -> assertThat(record.length).isLessThan(topic.maxRecordBytes() - ENVELOPE));
                assertThat(records)
                        .as(topic.name())
                        .anySatisfy(record -> assertThat(record.length).isGreaterThan(250 * 1024));
            }
        }
    }
}
