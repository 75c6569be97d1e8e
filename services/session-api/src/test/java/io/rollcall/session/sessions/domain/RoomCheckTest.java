package io.rollcall.session.sessions.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.session.sessions.domain.RoomCheck.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RoomCheckTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Seat SEAT = new Seat("sess_1", "room_1", "ana", START, 0, 0);
    private static final Session WAITING = new Session.Waiting(SEAT, 1, at(600));
    private static final Session OCCUPIED = new Session.Occupied(SEAT, 2, at(10), at(10));
    private static final Session EMPTIED = new Session.Emptied(SEAT, 3, at(10), at(20), at(20), at(35));
    private static final Session SEEN_EMPTY = new Session.Emptied(SEAT, 3, at(10), at(20), at(21), null);
    private static final Session REMOVED = new Session.Removed(SEAT, 4, RemovalReason.USER, at(40));
    private static final Session NOTHING = new Session.Nothing();

    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final OptionalInt UNKNOWN = OptionalInt.empty();
    private static final OptionalInt NOBODY = OptionalInt.of(0);
    private static final OptionalInt TWO = OptionalInt.of(2);

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }

    private static List<Step> listed(Session session, OptionalInt people) {
        return RoomCheck.listed(session, people, at(30), GRACE);
    }

    private static List<Step> notListed(Session session, int askedAt) {
        return RoomCheck.notListed(session, at(askedAt), GRACE);
    }

    @Test
    void asksOnlyWhereTheHintAndTheSessionDisagree() {
        assertThat(RoomCheck.isInDoubt(WAITING, 0)).isFalse();
        assertThat(RoomCheck.isInDoubt(WAITING, 1)).isTrue();
        assertThat(RoomCheck.isInDoubt(OCCUPIED, 0)).isTrue();
        assertThat(RoomCheck.isInDoubt(OCCUPIED, 1)).isFalse();
        assertThat(RoomCheck.isInDoubt(EMPTIED, 0)).isFalse();
        assertThat(RoomCheck.isInDoubt(EMPTIED, 1)).isTrue();
        assertThat(RoomCheck.isInDoubt(SEEN_EMPTY, 0))
                .as("a poll has to see it once more")
                .isTrue();
        assertThat(RoomCheck.isInDoubt(SEEN_EMPTY, 1)).isTrue();
        assertThat(RoomCheck.isInDoubt(REMOVED, 1)).isFalse();
        assertThat(RoomCheck.isInDoubt(NOTHING, 1)).isFalse();
    }

    @Test
    void peopleInTheRoomOfAWaitingOrEmptiedSessionAreTold() {
        assertThat(listed(WAITING, TWO)).containsExactly(new Step.Note(2));
        assertThat(listed(EMPTIED, TWO)).containsExactly(new Step.Note(2));
        assertThat(listed(SEEN_EMPTY, TWO)).containsExactly(new Step.Note(2));
        assertThat(listed(OCCUPIED, TWO)).isEmpty();
    }

    @Test
    void nobodyInTheRoomOfAnOccupiedSessionIsTold() {
        assertThat(listed(OCCUPIED, NOBODY)).containsExactly(new Step.Note(0));
        assertThat(listed(WAITING, NOBODY)).isEmpty();
        assertThat(listed(EMPTIED, NOBODY)).isEmpty();
    }

    @Test
    void nobodySeenByAPollIsToldOnceMoreAfterTheGrace() {
        assertThat(RoomCheck.listed(SEEN_EMPTY, NOBODY, at(34), GRACE)).isEmpty();
        assertThat(RoomCheck.listed(SEEN_EMPTY, NOBODY, at(35), GRACE)).containsExactly(new Step.Note(0));
        assertThat(RoomCheck.listed(SEEN_EMPTY, UNKNOWN, at(35), GRACE)).isEmpty();
        assertThat(RoomCheck.listed(EMPTIED, NOBODY, at(35), GRACE)).isEmpty();
        assertThat(notListed(SEEN_EMPTY, 34)).containsExactly(new Step.Make());
        assertThat(notListed(SEEN_EMPTY, 35)).containsExactly(new Step.Note(0));
    }

    @Test
    void whatLivekitDidNotSayIsNotTold() {
        assertThat(listed(WAITING, UNKNOWN)).isEmpty();
        assertThat(listed(OCCUPIED, UNKNOWN)).isEmpty();
        assertThat(listed(EMPTIED, UNKNOWN)).isEmpty();
    }

    @Test
    void theRoomOfARemovedSessionIsDeletedButNeverThatOfAnUnknownOne() {
        assertThat(listed(REMOVED, UNKNOWN)).containsExactly(new Step.Delete());
        assertThat(listed(NOTHING, UNKNOWN)).isEmpty();
        assertThat(notListed(REMOVED, 100)).isEmpty();
        assertThat(notListed(NOTHING, 100)).isEmpty();
    }

    @Test
    void theRoomOfAWaitingSessionIsMadeOnceItsRequestHasHadTheTime() {
        assertThat(notListed(WAITING, 2)).isEmpty();
        assertThat(notListed(WAITING, 3)).containsExactly(new Step.Make());
    }

    @Test
    void aRoomThatIsGoneWithItsPeopleIsToldAndMadeAgainForThemToComeBack() {
        assertThat(notListed(OCCUPIED, 11)).containsExactly(new Step.Note(0), new Step.Make());
        assertThat(notListed(OCCUPIED, 10)).as("older than the last news").isEmpty();
        assertThat(notListed(EMPTIED, 30)).as("everybody left of themselves").isEmpty();
    }
}
