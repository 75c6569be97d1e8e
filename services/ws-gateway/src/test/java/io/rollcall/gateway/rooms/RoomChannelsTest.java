package io.rollcall.gateway.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.gateway.channels.Channels.Lookup;
import io.rollcall.gateway.channels.RecordingSubscriber;
import io.rollcall.gateway.channels.Stream;
import io.rollcall.gateway.channels.Subscription;
import io.rollcall.gateway.protocol.JsonEncoding;
import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomOpened;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who still hears of a room that becomes another agency's. */
class RoomChannelsTest {

    private final RoomChannels channels = new RoomChannels(
            new RoomChannels.Keeps(100, 100, 1 << 20, 1 << 20),
            true,
            new RoomDirectory() {
                @Override
                public long sequence(String roomKey) {
                    return 0;
                }

                @Override
                public String agency(String roomKey) {
                    return "METRO";
                }
            },
            Archive.NONE,
            () -> CompletableFuture.completedFuture(null));

    private final RecordingSubscriber metro = new RecordingSubscriber(new JsonEncoding(), Set.of("METRO"));
    private final RecordingSubscriber both = new RecordingSubscriber(new JsonEncoding(), Set.of("METRO", "BUS"));
    private long sequence;

    @BeforeEach
    void bothListen() {
        for (RecordingSubscriber each : Set.of(metro, both)) {
            Stream stream = ((Lookup.Feed) channels.open("rooms:r")).stream();
            var subscription = new Subscription("rooms:r", each, stream);
            assertThat(stream.join(subscription)).isInstanceOf(Stream.Joining.Joined.class);
            assertThat(stream.advance(subscription, 10)).isInstanceOf(Stream.Advance.Done.class);
        }
        happens("METRO", false);
    }

    @Test
    void whoMayNotReadOfItsNewAgencyHearsNothingMore() {
        channels.roomChanged(changed(room("METRO", false), room("BUS", false)));
        happens("", null);

        assertThat(metro.isForbidden()).isTrue();
        assertThat(metro.got()).hasSize(1);
        assertThat(both.isForbidden()).isFalse();
        assertThat(both.got()).hasSize(2);
    }

    @Test
    void thatItIsOpenedByAnotherAgencyIsNotHeardEither() {
        happens("BUS", false);

        assertThat(metro.isForbidden()).isTrue();
        assertThat(metro.got()).hasSize(1);
        assertThat(both.got()).hasSize(2);
    }

    @Test
    void asLongAsItIsNotKnownWhoseItIsEverybodyStays() {
        happens("", true);
        channels.roomChanged(changed(room("METRO", false), room("", true)));
        assertThat(metro.isForbidden()).isFalse();

        channels.roomChanged(changed(room("", true), room("", false)));

        assertThat(metro.isForbidden()).isTrue();
        assertThat(both.isForbidden()).isTrue();
    }

    @Test
    void whatIsNotAboutItsAgencyEndsNothing() {
        channels.roomChanged(changed(null, room("METRO", false)));
        channels.roomChanged(changed(room("METRO", false), room("METRO", false)));
        channels.roomChanged(changed(room("METRO", false), null));
        happens("METRO", false);
        happens("BUS", null);

        assertThat(metro.isForbidden()).isFalse();
        assertThat(metro.got()).isEqualTo(both.got()).hasSize(3);
    }

    /** @param provisional whether the room opens so; null: somebody joins it, of this agency */
    private void happens(String agency, @Nullable Boolean provisional) {
        sequence++;
        channels.roomEvent(
                RoomEvent.newBuilder()
                        .setType(provisional == null ? RoomEventType.PARTICIPANT_JOINED : RoomEventType.ROOM_OPENED)
                        .setOccurredAt(Instant.EPOCH)
                        .setRoomKey("r")
                        .setSequence(sequence)
                        .setAgency(agency)
                        .setRoomOpened(
                                provisional == null
                                        ? null
                                        : RoomOpened.newBuilder()
                                                .setProvisional(provisional)
                                                .build())
                        .build(),
                0);
    }

    private static View.Change<Room> changed(@Nullable Room before, @Nullable Room after) {
        return new View.Change<>("r", before, after, 0, 0, 0);
    }

    private static Room room(String agency, boolean provisional) {
        return Room.newBuilder()
                .setRoomKey("r")
                .setAgency(agency)
                .setProvisional(provisional)
                .build();
    }
}
