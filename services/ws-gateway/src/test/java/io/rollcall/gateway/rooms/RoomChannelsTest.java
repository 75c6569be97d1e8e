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
            new RoomsOf("METRO"),
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
        opens("METRO");
    }

    @Test
    void whoMayNotReadOfItsNewAgencyHearsNothingMore() {
        channels.roomChanged(changed(room("METRO"), room("BUS")));
        isJoined("");

        assertThat(metro.isForbidden()).isTrue();
        assertThat(metro.got()).hasSize(1);
        assertThat(both.isForbidden()).isFalse();
        assertThat(both.got()).hasSize(2);
    }

    @Test
    void thatItIsOpenedByAnotherAgencyIsNotHeardEither() {
        opens("BUS");

        assertThat(metro.isForbidden()).isTrue();
        assertThat(metro.got()).hasSize(1);
        assertThat(both.got()).hasSize(2);
    }

    /** A camera's room opens so each time: whose it is comes with its first viewer. */
    @Test
    void asLongAsItIsNotKnownWhoseItIsEverybodyStays() {
        opens("");
        channels.roomChanged(changed(room("METRO"), room("")));
        channels.roomChanged(changed(room(""), room("METRO")));
        assertThat(metro.isForbidden()).isFalse();

        channels.roomChanged(changed(room(""), room("BUS")));

        assertThat(metro.isForbidden()).isTrue();
        assertThat(both.isForbidden()).isFalse();
    }

    @Test
    void whatIsNotAboutItsAgencyEndsNothing() {
        channels.roomChanged(changed(null, room("METRO")));
        channels.roomChanged(changed(room("METRO"), room("METRO")));
        channels.roomChanged(changed(room("METRO"), null));
        opens("METRO");
        isJoined("BUS");

        assertThat(metro.isForbidden()).isFalse();
        assertThat(metro.got()).isEqualTo(both.got()).hasSize(3);
    }

    @Test
    void aLogThatBeginsAnewKeepsNoRoomThatNobodyListensTo() {
        happens("other", 1, RoomEventType.ROOM_OPENED, "METRO");
        assertThat(stream("other")).isSameAs(stream("other"));

        channels.roomsBegin("again");

        assertThat(stream("other")).as("made for each look").isNotSameAs(stream("other"));
        assertThat(metro.isInterrupted()).isTrue();
    }

    private Stream stream(String room) {
        return ((Lookup.Feed) channels.find("rooms:" + room)).stream();
    }

    private void opens(String agency) {
        happens(RoomEventType.ROOM_OPENED, agency);
    }

    private void isJoined(String agency) {
        happens(RoomEventType.PARTICIPANT_JOINED, agency);
    }

    private void happens(RoomEventType type, String agency) {
        sequence++;
        happens("r", sequence, type, agency);
    }

    private void happens(String room, long at, RoomEventType type, String agency) {
        channels.roomEvent(
                RoomEvent.newBuilder()
                        .setType(type)
                        .setOccurredAt(Instant.EPOCH)
                        .setRoomKey(room)
                        .setSequence(at)
                        .setAgency(agency)
                        .build(),
                0);
    }

    private static View.Change<Room> changed(@Nullable Room before, @Nullable Room after) {
        return new View.Change<>("r", before, after, 0, 0, 0);
    }

    private static Room room(String agency) {
        return Room.newBuilder().setRoomKey("r").setAgency(agency).build();
    }
}
