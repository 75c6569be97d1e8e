package io.rollcall.session.sessions.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.session.sessions.domain.Command.Create;
import io.rollcall.session.sessions.domain.Command.Delete;
import io.rollcall.session.sessions.domain.Command.NoteRoom;
import io.rollcall.session.sessions.domain.SessionDecider.Refusal;
import io.rollcall.session.sessions.domain.SessionDecider.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionDeciderTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration STALE = Duration.ofMinutes(10);
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Create CREATE = new Create("sess_a", "room_a", "ann", 100, 200, STALE);
    private static final Seat SEAT = new Seat("sess_a", "room_a", "ann", NOON, 100, 200);
    private static final Session WAITING = new Session.Waiting(SEAT, 1, NOON.plus(STALE));
    private static final Session OCCUPIED = new Session.Occupied(SEAT, 2, at(5), at(5));
    private static final Session EMPTIED = new Session.Emptied(SEAT, 3, at(5), at(9), at(9), at(24));
    private static final Session SEEN_EMPTY = new Session.Emptied(SEAT, 3, at(5), at(9), at(10), null);
    private static final Session REMOVED = new Session.Removed(SEAT, 4, RemovalReason.USER, at(30));

    private static Instant at(int seconds) {
        return NOON.plusSeconds(seconds);
    }

    private static NoteRoom webhook(int people, int seen) {
        return new NoteRoom(people, Witness.WEBHOOK, at(seen), GRACE);
    }

    private static NoteRoom poll(int people, int seen) {
        return new NoteRoom(people, Witness.POLL, at(seen), GRACE);
    }

    private static List<Event> accepted(Command command, Session session, int now) {
        Verdict verdict = SessionDecider.decide(command, session, at(now));
        assertThat(verdict).isInstanceOf(Verdict.Yes.class);
        return ((Verdict.Yes) verdict).events();
    }

    private static void refused(Command command, Session session, Refusal refusal) {
        assertThat(SessionDecider.decide(command, session, at(40))).isEqualTo(new Verdict.No(refusal));
    }

    @Test
    void aNewSessionWaitsForItsFirstParticipant() {
        List<Event> events = accepted(CREATE, new Session.Nothing(), 0);
        assertThat(events).containsExactly(new Event.Created(SEAT, NOON.plus(STALE)));
        assertThat(SessionDecider.evolve(new Session.Nothing(), events.getFirst()))
                .isEqualTo(WAITING);
    }

    @Test
    void anIdIsMadeOnce() {
        refused(CREATE, WAITING, Refusal.ALREADY_EXISTS);
        refused(CREATE, REMOVED, Refusal.ALREADY_EXISTS);
    }

    @Test
    void onlyItsUserEndsIt() {
        assertThat(accepted(new Delete("ann"), OCCUPIED, 40))
                .containsExactly(new Event.Removed(RemovalReason.USER, at(40)));
        refused(new Delete("bob"), OCCUPIED, Refusal.ACCESS_DENIED);
        refused(new Delete("ann"), new Session.Nothing(), Refusal.NOT_FOUND);
        refused(new Delete("ann"), REMOVED, Refusal.NOT_FOUND);
        refused(new Delete("bob"), REMOVED, Refusal.NOT_FOUND);
    }

    @Test
    void somebodyInItsRoomConnectsItAndNobodyThereYetChangesNothing() {
        assertThat(accepted(webhook(1, 5), WAITING, 5))
                .containsExactly(new Event.Connected(Witness.WEBHOOK, at(5), at(5)));
        assertThat(accepted(poll(2, 5), WAITING, 6)).containsExactly(new Event.Connected(Witness.POLL, at(6), at(5)));
        assertThat(accepted(poll(0, 5), WAITING, 6)).isEmpty();
    }

    @Test
    void anEmptyRoomHasItsGraceFromWhenThatIsKnown() {
        List<Event> events = accepted(webhook(0, 9), OCCUPIED, 10);
        assertThat(events).containsExactly(new Event.RoomEmptied(Witness.WEBHOOK, at(10), at(25), at(9)));
        Session emptied = SessionDecider.evolve(OCCUPIED, events.getFirst());
        assertThat(SessionDecider.deadline(emptied)).contains(at(25));
        assertThat(SessionDecider.expire(emptied, at(26)))
                .containsExactly(new Event.Removed(RemovalReason.ROOM_EMPTY, at(26)));
    }

    @Test
    void whoComesBackInTimeLosesNothing() {
        Session again = SessionDecider.evolve(
                EMPTIED, accepted(webhook(1, 12), EMPTIED, 12).getFirst());
        assertThat(again).isEqualTo(new Session.Occupied(SEAT, 4, at(5), at(12)));
        assertThat(SessionDecider.deadline(again)).isEmpty();
    }

    @Test
    void nobodySeenByAPollEndsNothingByItself() {
        List<Event> events = accepted(poll(0, 9), OCCUPIED, 10);
        assertThat(events).containsExactly(new Event.RoomEmptied(Witness.POLL, at(10), null, at(9)));
        Session emptied = SessionDecider.evolve(OCCUPIED, events.getFirst());
        assertThat(emptied).isEqualTo(SEEN_EMPTY);
        assertThat(SessionDecider.deadline(emptied)).isEmpty();
    }

    @Test
    void onlyAPollThatWasAskedAfterTheGraceEndsWhatAPollHasFoundEmpty() {
        assertThat(accepted(poll(0, 23), SEEN_EMPTY, 40)).isEmpty();
        assertThat(accepted(poll(0, 24), SEEN_EMPTY, 40))
                .containsExactly(new Event.Removed(RemovalReason.ROOM_EMPTY, at(40)));
        assertThat(accepted(poll(1, 24), SEEN_EMPTY, 40))
                .as("came back between two polls")
                .containsExactly(new Event.RoomReentered(Witness.POLL, at(24)));
        assertThat(accepted(poll(0, 40), EMPTIED, 20)).as("has its timer").isEmpty();
    }

    @Test
    void aWebhookThatTellsWhatAPollHasSeenSetsTheTimer() {
        List<Event> events = accepted(webhook(0, 11), SEEN_EMPTY, 12);
        assertThat(events).containsExactly(new Event.RoomEmptied(Witness.WEBHOOK, at(10), at(27), at(11)));
        assertThat(SessionDecider.evolve(SEEN_EMPTY, events.getFirst()))
                .isEqualTo(new Session.Emptied(SEAT, 4, at(5), at(11), at(10), at(27)));
        assertThat(accepted(webhook(0, 8), SEEN_EMPTY, 12)).as("old news").isEmpty();
    }

    @Test
    void aPollThatWasAskedBeforeTheLastNewsIsOldNews() {
        assertThat(accepted(poll(0, 5), OCCUPIED, 8)).isEmpty();
        assertThat(accepted(poll(0, 6), OCCUPIED, 8)).hasSize(1);
        assertThat(accepted(poll(1, 9), EMPTIED, 12)).isEmpty();
        assertThat(accepted(poll(1, 10), EMPTIED, 12)).hasSize(1);
    }

    @Test
    void webhooksOfOneMillisecondComeInTheirOrder() {
        assertThat(accepted(webhook(0, 5), OCCUPIED, 5)).hasSize(1);
        assertThat(accepted(webhook(1, 9), EMPTIED, 9)).hasSize(1);
        assertThat(accepted(webhook(0, 4), OCCUPIED, 5)).isEmpty();
    }

    @Test
    void nobodyWhoComesTooLateWakesIt() {
        assertThat(accepted(webhook(1, 40), REMOVED, 40)).isEmpty();
        refused(webhook(1, 40), new Session.Nothing(), Refusal.NOT_FOUND);
    }

    @Test
    void oneToWhichNobodyComesIsStaleAndAnEndedOneIsForgottenADayLater() {
        assertThat(SessionDecider.deadline(WAITING)).contains(NOON.plus(STALE));
        assertThat(SessionDecider.expire(WAITING, at(600)))
                .containsExactly(new Event.Removed(RemovalReason.STALE, at(600)));
        assertThat(SessionDecider.deadline(REMOVED)).contains(at(30).plus(Duration.ofHours(24)));
        assertThat(SessionDecider.expire(REMOVED, at(90_000))).containsExactly(new Event.Forgotten());
        assertThat(SessionDecider.evolve(REMOVED, new Event.Forgotten())).isEqualTo(new Session.Nothing());
    }

    /** Whatever happens: the version counts the events, and what has ended stays so until it is forgotten. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anyHistoryKeepsItsRules(long seed) {
        var random = new Random(seed);
        for (int history = 0; history < 500; history++) {
            Session session = new Session.Nothing();
            long events = 0;
            Instant now = NOON;
            for (int step = 0; step < 40; step++) {
                now = now.plusSeconds(random.nextInt(20));
                List<Event> happened = new ArrayList<>();
                if (SessionDecider.deadline(session).map(now::isBefore).orElse(true)) {
                    Command command = switch (random.nextInt(4)) {
                        case 0 -> CREATE;
                        case 1 -> new Delete(random.nextInt(8) == 0 ? "ann" : "bob");
                        default ->
                            new NoteRoom(
                                    random.nextInt(2),
                                    random.nextBoolean() ? Witness.WEBHOOK : Witness.POLL,
                                    now.minusSeconds(random.nextInt(5)),
                                    GRACE);
                    };
                    if (SessionDecider.decide(command, session, now) instanceof Verdict.Yes yes) {
                        happened.addAll(yes.events());
                    }
                } else {
                    happened.addAll(SessionDecider.expire(session, now));
                    assertThat(happened).as("seed %d", seed).isNotEmpty();
                }
                for (Event event : happened) {
                    Session before = session;
                    session = SessionDecider.evolve(session, event);
                    events = session instanceof Session.Nothing ? 0 : events + 1;
                    assertThat(session).as("seed %d: %s", seed, event).isNotEqualTo(before);
                    if (before instanceof Session.Removed) {
                        assertThat(event).as("seed %d", seed).isEqualTo(new Event.Forgotten());
                    }
                }
                if (session instanceof Session.Known known) {
                    assertThat(known.version()).as("seed %d", seed).isEqualTo(events);
                }
            }
        }
    }
}
