package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.RoomClosed;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import org.junit.jupiter.api.Test;

/** Facts in words. */
class FactWordsTest {

    @Test
    void somebodyJoins() {
        RoomEvent fact = fact(RoomEventType.PARTICIPANT_JOINED)
                .setAgency("ag7")
                .setPeople(2)
                .setParticipantJoined(
                        ParticipantJoined.newBuilder().setIdentity("ana").build())
                .build();

        assertThat(FactWords.say(fact)).isEqualTo("standup [ag7]: ana joins, 2 people are in it");
    }

    @Test
    void whoIsNoPersonIsCalledByItsKindAndTheReasonIsGiven() {
        RoomEvent fact = fact(RoomEventType.PARTICIPANT_LEFT)
                .setPeople(1)
                .setParticipantLeft(ParticipantLeft.newBuilder()
                        .setIdentity("EG_1")
                        .setKind("EGRESS")
                        .setReason("ROOM_CLOSED")
                        .build())
                .build();

        assertThat(FactWords.say(fact)).isEqualTo("standup: EG_1 (egress) leaves (room closed), 1 person is in it");
    }

    @Test
    void whatIsUsualNeedsNoReason() {
        RoomEvent fact = fact(RoomEventType.ROOM_CLOSED)
                .setRoomClosed(
                        RoomClosed.newBuilder().setReason("ROOM_FINISHED").build())
                .build();

        assertThat(FactWords.say(fact)).isEqualTo("standup: the room closes, nobody is in it");
    }

    @Test
    void namesCannotPlayWithTheTerminal() {
        RoomEvent fact = fact(RoomEventType.ROOM_OPENED)
                .setRoomName("a\u001b[2J\u202eb\n")
                .build();

        assertThat(FactWords.say(fact)).isEqualTo("a\uFFFD[2J\uFFFDb\uFFFD: the room opens, nobody is in it");
    }

    private static RoomEvent.Builder fact(RoomEventType type) {
        return RoomEvent.newBuilder().setType(type).setRoomName("standup");
    }
}
