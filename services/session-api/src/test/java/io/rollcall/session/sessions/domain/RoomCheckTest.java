package io.rollcall.session.sessions.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.session.sessions.domain.RoomCheck.Step;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RoomCheckTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Seat SEAT = new Seat("sess_1", "room_1", "ana", START, 0, 0);
    private static final Session WAITING = new Session.Waiting(SEAT, 1, at(600));
    private static final Session OCCUPIED = new Session.Occupied(SEAT, 2, at(10), at(10));
    private static final Session EMPTIED = new Session.Emptied(SEAT, 3, at(10), at(20), at(20), at(35));
    private static final Session REMOVED = new Session.Removed(SEAT, 4, RemovalReason.USER, at(40));
    private static final Session NOTHING = new Session.Nothing();

    private static final OptionalInt UNKNOWN = OptionalInt.empty();
    private static final OptionalInt NOBODY = OptionalInt.of(0);
    private static final OptionalInt TWO = OptionalInt.of(2);

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void asksOnlyWhereTheHintAndTheSessionDisagree() {
        assertThat(RoomCheck.isInDoubt(WAITING, 0)).isFalse();
        assertThat(RoomCheck.isInDoubt(WAITING, 1)).isTrue();
        assertThat(RoomCheck.isInDoubt(OCCUPIED, 0)).isTrue();
        assertThat(RoomCheck.isInDoubt(OCCUPIED, 1)).isFalse();
        assertThat(RoomCheck.isInDoubt(EMPTIED, 0)).isFalse();
        assertThat(RoomCheck.isInDoubt(EMPTIED, 1)).isTrue();
        assertThat(RoomCheck.isInDoubt(REMOVED, 1)).isFalse();
        assertThat(RoomCheck.isInDoubt(NOTHING, 1)).isFalse();
    }

    @Test
    void peopleInTheRoomOfAWaitingOrEmptiedSessionAreTold() {
        assertThat(RoomCheck.listed(WAITING, TWO)).containsExactly(new Step.Note(2));
        assertThat(RoomCheck.listed(EMPTIED, TWO)).containsExactly(new Step.Note(2));
        assertThat(RoomCheck.listed(OCCUPIED, TWO)).isEmpty();
    }

    @Test
    void nobodyInTheRoomOfAnOccupiedSessionIsTold() {
        assertThat(RoomCheck.listed(OCCUPIED, NOBODY)).containsExactly(new Step.Note(0));
        assertThat(RoomCheck.listed(WAITING, NOBODY)).isEmpty();
        assertThat(RoomCheck.listed(EMPTIED, NOBODY)).isEmpty();
    }

    @Test
    void whatLivekitDidNotSayIsNotTold() {
        assertThat(RoomCheck.listed(WAITING, UNKNOWN)).isEmpty();
        assertThat(RoomCheck.listed(OCCUPIED, UNKNOWN)).isEmpty();
        assertThat(RoomCheck.listed(EMPTIED, UNKNOWN)).isEmpty();
    }

    @Test
    void theRoomOfARemovedSessionIsDeletedButNeverThatOfAnUnknownOne() {
        assertThat(RoomCheck.listed(REMOVED, UNKNOWN)).containsExactly(new Step.Delete());
        assertThat(RoomCheck.listed(NOTHING, UNKNOWN)).isEmpty();
        assertThat(RoomCheck.notListed(REMOVED, at(100))).isEmpty();
        assertThat(RoomCheck.notListed(NOTHING, at(100))).isEmpty();
    }

    @Test
    void theRoomOfAWaitingSessionIsMadeOnceItsRequestHasHadTheTime() {
        assertThat(RoomCheck.notListed(WAITING, at(2))).isEmpty();
        assertThat(RoomCheck.notListed(WAITING, at(3))).containsExactly(new Step.Make());
    }

    @Test
    void aRoomThatIsGoneWithItsPeopleIsToldAndMadeAgainForThemToComeBack() {
        assertThat(RoomCheck.notListed(OCCUPIED, at(11))).containsExactly(new Step.Note(0), new Step.Make());
        assertThat(RoomCheck.notListed(OCCUPIED, at(10)))
                .as("older than the last news")
                .isEmpty();
        assertThat(RoomCheck.notListed(EMPTIED, at(30)))
                .as("everybody left of themselves")
                .isEmpty();
    }
}
