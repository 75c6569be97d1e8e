package io.rollcall.quota.leases.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.quota.leases.domain.Lease.Viewer;
import io.rollcall.quota.leases.domain.QuotaDecider.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuotaDeciderTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Terms TERMS =
            new Terms(Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(30), 100_000, null);
    private static final String ID = "00000000-0000-8000-8000-000000000001";
    private static final Command.Reserve RESERVE = new Command.Reserve(ID, "METRO", "gate-1", "ann", "sub-ann", "low");
    private static final Claim ANN = new Claim("sub-ann", false);
    private static final Claim BOB = new Claim("sub-bob", false);
    private static final Claim ADMIN = new Claim("root", true);

    private Slots state = new Slots(Agency.unknown("METRO"), null, 0, 0);
    private Terms terms = TERMS;

    private void given(Event... events) {
        for (Event event : events) {
            state = QuotaDecider.evolve(state, event);
        }
    }

    private List<Event> when(Command command, Instant now) {
        Verdict verdict = QuotaDecider.decide(command, state, terms, now);
        assertThat(verdict).isInstanceOf(Verdict.Yes.class);
        return ((Verdict.Yes) verdict).events();
    }

    private Refusal refused(Command command, Instant now) {
        Verdict verdict = QuotaDecider.decide(command, state, terms, now);
        assertThat(verdict).isInstanceOf(Verdict.No.class);
        return ((Verdict.No) verdict).refusal();
    }

    private static Event limit(int limit) {
        return new Event.LimitSet(limit, false, NOON);
    }

    private static Lease lease() {
        return new Lease(
                ID,
                "METRO",
                "gate-1",
                "ann",
                "sub-ann",
                "low",
                1,
                NOON,
                NOON,
                NOON.plus(TERMS.longest()),
                NOON.plus(TERMS.beat()),
                new Viewer.Unseen());
    }

    private static Event granted() {
        return new Event.Granted(lease(), NOON);
    }

    private @Nullable Instant deadline() {
        Optional<Instant> deadline = QuotaDecider.deadline(state);
        return deadline.orElse(null);
    }

    private static Instant after(int seconds) {
        return NOON.plusSeconds(seconds);
    }

    @Test
    void aFreeSlotIsGrantedOnTheTerms() {
        given(limit(1));
        assertThat(when(RESERVE, NOON)).containsExactly(granted());
    }

    @Test
    void aGrantTakesASlotAndActivatesItsCamera() {
        given(limit(2), granted());
        assertThat(state.agency()).isEqualTo(new Agency("METRO", 1, 2, 1, 2, NOON));
        assertThat(state.totalUsed()).isOne();
        assertThat(deadline()).isEqualTo(after(60));
    }

    @Test
    void anAgencyAtItsLimitHasNone() {
        state = new Slots(new Agency("METRO", 1, 1, 1, 5, NOON), null, 0, 1);
        assertThat(QuotaDecider.decide(RESERVE, state, terms, NOON))
                .isEqualTo(new Verdict.No(
                        Refusal.AGENCY_LIMIT_EXCEEDED,
                        new Event.Refused(ID, "gate-1", "ann", Refusal.AGENCY_LIMIT_EXCEEDED, NOON)));
    }

    @Test
    void anAgencyWithoutALimitIsAtIt() {
        assertThat(refused(RESERVE, NOON)).isEqualTo(Refusal.AGENCY_LIMIT_EXCEEDED);
    }

    @Test
    void theTotalHoldsOverAllAgencies() {
        terms = new Terms(TERMS.beat(), TERMS.longest(), TERMS.viewerGrace(), 100_000, 7);
        state = new Slots(new Agency("METRO", 0, 5, 0, 0, NOON), null, 0, 7);
        assertThat(refused(RESERVE, NOON)).isEqualTo(Refusal.TOTAL_LIMIT_EXCEEDED);
        state = new Slots(new Agency("METRO", 0, 5, 0, 0, NOON), null, 0, 6);
        assertThat(when(RESERVE, NOON)).hasSize(1);
    }

    @Test
    void noMoreLeasesAreGrantedThanThereIsMemoryFor() {
        terms = new Terms(TERMS.beat(), TERMS.longest(), TERMS.viewerGrace(), 7, null);
        state = new Slots(new Agency("METRO", 0, 5, 0, 0, NOON), null, 0, 7);
        assertThat(refused(RESERVE, NOON)).isEqualTo(Refusal.CAPACITY_EXCEEDED);
        state = new Slots(new Agency("METRO", 0, 5, 0, 0, NOON), null, 0, 6);
        assertThat(when(RESERVE, NOON)).hasSize(1);
    }

    @Test
    void theSameReservationIsNotGrantedTwice() {
        given(limit(5), granted());
        assertThat(refused(RESERVE, NOON)).isEqualTo(Refusal.ALREADY_EXISTS);
    }

    @Test
    void loweringALimitEvictsNobodyAndAdmitsNobody() {
        given(limit(2), granted(), limit(0));
        assertThat(state.agency().used()).isOne();
        assertThat(state.lease()).isEqualTo(lease());
    }

    @Test
    void theSameLimitAgainAndAnInitialOneChangeNothing() {
        given(limit(2));
        assertThat(when(new Command.SetLimit("METRO", 2, false), NOON)).isEmpty();
        assertThat(when(new Command.SetLimit("METRO", 9, true), NOON)).isEmpty();
        assertThat(when(new Command.SetLimit("METRO", 0, false), NOON)).hasSize(1);
    }

    @Test
    void anInitialLimitHoldsWhereNoneHasBeenSet() {
        assertThat(when(new Command.SetLimit("METRO", 9, true), NOON))
                .containsExactly(new Event.LimitSet(9, true, NOON));
    }

    @Test
    void aReleaseFreesTheSlotOnce() {
        given(limit(1), granted());
        var release = new Command.Release(ID, ANN, EndReason.RELEASED);
        List<Event> ended = when(release, after(5));
        assertThat(ended).containsExactly(new Event.Ended(lease(), EndReason.RELEASED, after(5)));
        given(ended.getFirst());
        assertThat(state.agency().used()).isZero();
        assertThat(state.agency().activeCameras()).isZero();
        assertThat(refused(release, after(6))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refused(new Command.Heartbeat(ID, ANN), after(7))).isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void endingTwiceFreesOnce() {
        var ended = new Event.Ended(lease(), EndReason.RELEASED, after(5));
        given(limit(1), granted(), ended, ended);
        assertThat(state.agency().used()).isZero();
        assertThat(state.totalUsed()).isZero();
    }

    @Test
    void anotherOnesLeaseIsForbiddenAndAnAdminEndsItAsOne() {
        given(limit(1), granted());
        assertThat(refused(new Command.Release(ID, BOB, EndReason.RELEASED), NOON))
                .isEqualTo(Refusal.FORBIDDEN);
        assertThat(refused(new Command.Heartbeat(ID, BOB), NOON)).isEqualTo(Refusal.FORBIDDEN);
        assertThat(refused(new Command.Renew(ID, BOB), NOON)).isEqualTo(Refusal.FORBIDDEN);
        assertThat(when(new Command.Release(ID, ADMIN, EndReason.RELEASED), NOON))
                .containsExactly(new Event.Ended(lease(), EndReason.ADMIN, NOON));
    }

    @Test
    void whoItIsForMayReleaseItAsWellAsWhoAskedForIt() {
        given(limit(1), granted());
        assertThat(when(new Command.Release(ID, new Claim("ann", true), EndReason.RELEASED), NOON))
                .containsExactly(new Event.Ended(lease(), EndReason.RELEASED, NOON));
    }

    @Test
    void theServiceItselfMayUndoIt() {
        given(limit(1), granted());
        assertThat(when(new Command.Release(ID, null, EndReason.UNDONE), NOON))
                .containsExactly(new Event.Ended(lease(), EndReason.UNDONE, NOON));
    }

    @Test
    void whatSomebodyBeatsForIsNotUndone() {
        given(limit(1), granted());
        given(when(new Command.Heartbeat(ID, null), after(1)).getFirst());

        assertThat(when(new Command.Release(ID, null, EndReason.UNDONE), after(2)))
                .isEmpty();
        assertThat(when(new Command.Release(ID, ANN, EndReason.RELEASED), after(3)))
                .hasSize(1);
    }

    @Test
    void heartbeatsCarryItOnForSixtySecondsEach() {
        given(limit(1), granted());
        given(when(new Command.Heartbeat(ID, ANN), after(59)).getFirst());
        assertThat(deadline()).isEqualTo(after(119));
        assertThat(QuotaDecider.expire(state, after(119)))
                .extracting(it -> ((Event.Ended) it).reason())
                .containsExactly(EndReason.HEARTBEAT_TIMEOUT);
    }

    @Test
    void nothingCarriesItBeyondItsEndButARenewal() {
        given(limit(1), granted());
        given(when(new Command.Heartbeat(ID, ANN), after(3_599)).getFirst());
        assertThat(deadline()).isEqualTo(after(3_600));
        assertThat(QuotaDecider.expire(state, after(3_600)))
                .extracting(it -> ((Event.Ended) it).reason())
                .containsExactly(EndReason.EXPIRED);
        given(when(new Command.Renew(ID, ANN), after(3_599)).getFirst());
        assertThat(deadline()).isEqualTo(after(3_659));
        Lease renewed = state.lease();
        assertThat(renewed).isNotNull();
        assertThat(renewed.expiresAt()).isEqualTo(after(7_199));
        assertThat(renewed.renewedAt()).isEqualTo(after(3_599));
        assertThat(renewed.version()).isEqualTo(2);
    }

    @Test
    void aViewerWhoNeverJoinedKeepsItAsLongAsItBeats() {
        given(limit(1), granted(), new Event.Beaten(after(100)));
        assertThat(deadline()).isEqualTo(after(100));
    }

    @Test
    void aViewerWhoLeftHasThirtySecondsAndHeartbeatsDoNotStopThem() {
        given(limit(1), granted());
        given(when(new Command.NoteJoin(ID, "PA_1"), after(1)).getFirst());
        given(when(new Command.NoteLeave(ID, "PA_1"), after(10)).getFirst());
        given(when(new Command.Heartbeat(ID, ANN), after(20)).getFirst());
        assertThat(deadline()).isEqualTo(after(40));
        assertThat(QuotaDecider.expire(state, after(40)))
                .extracting(it -> ((Event.Ended) it).reason())
                .containsExactly(EndReason.VIEWER_LEFT);
    }

    @Test
    void aNewJoinStopsThem() {
        given(limit(1), granted(), new Event.ViewerJoined("PA_1"), new Event.ViewerLeft("PA_1", after(40)));
        given(when(new Command.NoteJoin(ID, "PA_2"), after(39)).getFirst());
        assertThat(deadline()).isEqualTo(after(60));
    }

    @Test
    void whoConnectedAgainIsNotGoneWhenTheFirstConnectionEnds() {
        given(limit(1), granted(), new Event.ViewerJoined("PA_1"), new Event.ViewerJoined("PA_2"));
        assertThat(when(new Command.NoteLeave(ID, "PA_1"), after(5))).isEmpty();
        assertThat(when(new Command.NoteLeave(ID, "PA_2"), after(5))).hasSize(1);
    }

    @Test
    void leavingTwiceAndJoiningTwiceChangeNothing() {
        given(limit(1), granted(), new Event.ViewerJoined("PA_1"));
        assertThat(when(new Command.NoteJoin(ID, "PA_1"), after(5))).isEmpty();
        given(new Event.ViewerLeft("PA_1", after(35)));
        assertThat(when(new Command.NoteLeave(ID, "PA_1"), after(20))).isEmpty();
    }

    @Test
    void aRemovedCameraEndsItsLeases() {
        given(limit(1), granted());
        assertThat(when(new Command.EndCamera("METRO", "gate-1"), NOON))
                .containsExactly(new Event.Ended(lease(), EndReason.CAMERA_REMOVED, NOON));
        given(new Event.Ended(lease(), EndReason.CAMERA_REMOVED, NOON));
        assertThat(when(new Command.EndCamera("METRO", "gate-1"), NOON)).isEmpty();
    }

    @Test
    void anEventThatDoesNotFitChangesNothing() {
        given(limit(1));
        Slots before = state;
        given(
                new Event.Beaten(NOON),
                new Event.ViewerJoined("PA_1"),
                new Event.ViewerLeft("PA_1", NOON),
                new Event.Renewed(NOON, NOON, NOON),
                new Event.Ended(lease(), EndReason.RELEASED, NOON));
        assertThat(state).isEqualTo(before);
    }
}
