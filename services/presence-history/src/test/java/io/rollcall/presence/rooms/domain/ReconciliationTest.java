package io.rollcall.presence.rooms.domain;

import static io.rollcall.presence.rooms.domain.Polls.absent;
import static io.rollcall.presence.rooms.domain.Polls.attendance;
import static io.rollcall.presence.rooms.domain.Polls.attended;
import static io.rollcall.presence.rooms.domain.Polls.attendedBy;
import static io.rollcall.presence.rooms.domain.Polls.listed;
import static io.rollcall.presence.rooms.domain.Polls.unreachable;
import static io.rollcall.presence.rooms.domain.Story.given;
import static io.rollcall.presence.rooms.domain.Webhooks.minimal;
import static io.rollcall.presence.rooms.domain.Webhooks.ms;
import static io.rollcall.presence.rooms.domain.Webhooks.person;
import static io.rollcall.presence.rooms.domain.Webhooks.room;
import static io.rollcall.presence.rooms.domain.Webhooks.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.domain.Decision.Doubt.Reason;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Webhooks.Person;
import io.rollcall.presence.rooms.domain.Webhooks.Room;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconciliationTest {

    private static final Room ROOM = room("RM_1", 200);
    private static final Room NEWER = room("RM_2", 60_500);
    private static final Person ANA = person("PA_ana", "ana", 1_285);
    private static final Person BEN = person("PA_ben", "ben", 2_417);

    private static Story anaAndBen() {
        return given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.joined(2_500, BEN));
    }

    @Test
    void aPollThatFindsWhatIsKnownChangesNothing() {
        var outcome =
                anaAndBen().when(attended(60_000, ROOM, ANA, BEN)).thenNothing().asks();

        assertThat(outcome.decision().changes()).isEmpty();
    }

    @Nested
    class ARoomThatIsNotListed {

        @Test
        void isAskedForOnceMore() {
            anaAndBen()
                    .when(absent(60_000, ROOM))
                    .thenNothing()
                    .asks(Reason.ABSENT)
                    .people(2);
        }

        @Test
        void hasFinishedAfterTwoPollsTenSecondsApartAtTheTimeOfTheFirst() {
            var outcome = anaAndBen()
                    .polled(absent(60_000, ROOM))
                    .when(absent(70_000, ROOM))
                    .then(
                            "ParticipantLeft PA_ana ROOM_CLOSED inferred people=1",
                            "ParticipantLeft PA_ben ROOM_CLOSED inferred people=0",
                            "RoomClosed RM_1 NOT_LISTED inferred people=0")
                    .says(Source.RECONCILER);
            assertThat(outcome.fact(2).at()).isEqualTo(ms(60_000));
        }

        @ParameterizedTest
        @ValueSource(longs = {60_000, 69_999})
        void isNotGoneAfterTwoPollsThatAreCloser(long second) {
            anaAndBen()
                    .polled(absent(60_000, ROOM))
                    .when(absent(second, ROOM))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void isNotGoneWhenSomethingHappenedInItAfterTheFirst() {
            anaAndBen()
                    .polled(absent(60_000, ROOM))
                    .and(ROOM.published(65_000, ANA, track("TR_1")))
                    .polled(absent(75_000, ROOM))
                    .when(absent(80_000, ROOM))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void isNotGoneWhenItWasListedInBetween() {
            anaAndBen()
                    .polled(absent(60_000, ROOM), listed(75_000, ROOM, 2))
                    .when(absent(90_000, ROOM))
                    .thenNothing();
        }

        @Test
        void isNotLookedForByAPollThatIsOlderThanIt() {
            var outcome = given(NEWER.started(61_000))
                    .when(absent(61_400, NEWER))
                    .thenNothing()
                    .asks();

            assertThat(outcome.decision().changes()).isEmpty();
        }

        @Test
        void isCorrectedByItsOwnFinish() {
            anaAndBen()
                    .polled(absent(60_000, ROOM), absent(75_000, ROOM))
                    .when(ROOM.finished(58_000))
                    .then("RoomClosingCorrected RM_1 NOT_LISTED→ROOM_FINISHED people=0");
        }

        @Test
        void ofWhichNothingIsKnownIsNothing() {
            given().when(absent(60_000, ROOM)).thenNothing().asks();
        }
    }

    @Nested
    class SomebodyWhoIsNotListed {

        @Test
        void isAskedForOnceMore() {
            anaAndBen()
                    .when(attended(60_000, ROOM, BEN))
                    .thenNothing()
                    .asks(Reason.COUNT_DIFFERS)
                    .people(2);
        }

        @Test
        void hasLeftAfterTwoPollsTenSecondsApart() {
            var outcome = anaAndBen()
                    .polled(attended(60_000, ROOM, BEN))
                    .when(attended(70_000, ROOM, BEN))
                    .then("ParticipantLeft PA_ana UNKNOWN_REASON inferred people=1")
                    .says(Source.RECONCILER)
                    .asks();
            assertThat(outcome.fact(0).at()).isEqualTo(ms(60_000));
        }

        @Test
        void isThereWhenASecondPollFindsThem() {
            anaAndBen()
                    .polled(attended(60_000, ROOM, BEN), attended(75_000, ROOM, ANA, BEN))
                    .when(attended(90_000, ROOM, BEN))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void isThereWhenTheyWereHeardOfAfterTheFirst() {
            anaAndBen()
                    .polled(attended(60_000, ROOM, BEN))
                    .and(ROOM.published(62_000, ANA, track("TR_1")))
                    .when(attended(75_000, ROOM, BEN))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void whoCameAfterThePollIsNotMissing() {
            var outcome = given(ROOM.started(200), ROOM.joined(61_500, person("PA_late", "late", 60_001)))
                    .when(attended(60_000, ROOM))
                    .thenNothing();

            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.watch().missing()).isEmpty());
        }

        @Test
        void isMissedByNoPollThatDidNotAskForParticipants() {
            anaAndBen()
                    .polled(listed(60_000, ROOM, 1), listed(75_000, ROOM, 1))
                    .when(listed(90_000, ROOM, 1))
                    .thenNothing()
                    .asks(Reason.COUNT_DIFFERS)
                    .people(2);
        }

        @Test
        void whoWasOnlySightedIsForgotten() {
            var outcome = given(ROOM.started(200), minimal("RM_1").published(1_300, ANA, track("TR_1")))
                    .polled(attended(60_000, ROOM))
                    .when(attended(75_000, ROOM))
                    .thenNothing();

            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class, open -> assertThat(open.live()).isEmpty());
        }

        @Test
        void isCorrectedByTheirOwnLeave() {
            anaAndBen()
                    .polled(attended(60_000, ROOM, BEN), attended(75_000, ROOM, BEN))
                    .when(ROOM.left(59_000, ANA, "CLIENT_INITIATED"))
                    .then("LeavingCorrected PA_ana UNKNOWN_REASON→CLIENT_INITIATED people=1");
        }
    }

    @Nested
    class SomebodyWhoIsListed {

        @Test
        void andUnknownHasJoined() {
            var outcome = anaAndBen()
                    .when(attended(60_000, ROOM, ANA, BEN, person("PA_cyd", "cyd", 30_000)))
                    .then("ParticipantJoined PA_cyd inferred people=3")
                    .says(Source.RECONCILER);
            assertThat(outcome.fact(0).at()).isEqualTo(ms(30_000));
        }

        @Test
        void bringsTheirTracks() {
            given(ROOM.started(200))
                    .when(attendedBy(60_000, ROOM, attendance(ANA, track("TR_1", 0))))
                    .then("ParticipantJoined PA_ana inferred people=1", "TrackPublished PA_ana TR_1 people=1");
        }

        @Test
        void butHasLeftDoesNotRiseAgain() {
            anaAndBen()
                    .and(ROOM.left(50_000, ANA, "CLIENT_INITIATED"))
                    .when(attended(60_000, ROOM, ANA, BEN))
                    .thenNothing()
                    .people(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"JOINING", "JOINED", "DISCONNECTED"})
        void butNotActiveHasNotJoined(String state) {
            given(ROOM.started(200))
                    .when(attended(60_000, ROOM, ANA.state(state)))
                    .thenNothing();
        }

        @Test
        void butOnlyOnTheWayIsNotMissing() {
            anaAndBen()
                    .polled(attended(60_000, ROOM, ANA.state("JOINED"), BEN))
                    .when(attended(75_000, ROOM, ANA.state("JOINED"), BEN))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void takesTheSlotOfAnOlderSessionOfTheSameIdentity() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(attended(60_000, ROOM, ANA, person("PA_ana2", "ana", 40_000)))
                    .then(
                            "ParticipantLeft PA_ana DUPLICATE_IDENTITY inferred people=1",
                            "ParticipantJoined PA_ana2 inferred people=1");
        }

        @Test
        void isNotCountedWhenTheyAreNobody() {
            given(ROOM.started(200))
                    .when(attended(60_000, ROOM, ANA.kind("EGRESS"), BEN.nowHidden()))
                    .then("ParticipantJoined PA_ana inferred people=0", "ParticipantJoined PA_ben inferred people=0");
        }

        @Test
        void isConfirmedByTheirOwnJoinWithoutAnotherFact() {
            given(ROOM.started(200))
                    .polled(attended(60_000, ROOM, ANA))
                    .when(ROOM.joined(61_000, ANA))
                    .thenNothing()
                    .people(1);
        }
    }

    @Nested
    class ARoomThatIsListed {

        @Test
        void andUnknownIsOpenWithEverybodyInIt() {
            given().when(attended(60_000, ROOM, ANA))
                    .then("RoomOpened RM_1 inferred people=0", "ParticipantJoined PA_ana inferred people=1")
                    .says(Source.RECONCILER)
                    .roomIs("RM_1");
        }

        @Test
        void endsAnOlderOneOfItsName() {
            anaAndBen()
                    .when(attended(90_000, NEWER))
                    .then(
                            "ParticipantLeft PA_ana NODE_LOST inferred people=1",
                            "ParticipantLeft PA_ben NODE_LOST inferred people=0",
                            "RoomClosed RM_1 NODE_LOST inferred people=0",
                            "RoomOpened RM_2 inferred people=0");
        }

        @Test
        void butHasFinishedStaysFinished() {
            given(ROOM.started(200), ROOM.finished(50_000))
                    .when(listed(60_000, ROOM, 0))
                    .thenNothing();
        }

        @Test
        void butHadFinishedIsOpenAgainWhenSomebodyNewIsInIt() {
            given(ROOM.started(200), ROOM.finished(50_000))
                    .when(attended(60_000, ROOM, ANA))
                    .then(
                            "AnomalyReported REOPENED_AFTER_FINISH people=0",
                            "RoomOpened RM_1 epoch=2 inferred people=0",
                            "ParticipantJoined PA_ana people=1");
        }

        @Test
        void whoseTimeOfCreationIsCutToSecondsIsTheSameRoom() {
            var outcome = anaAndBen()
                    .when(attended(60_000, room("RM_1", 0), ANA, BEN))
                    .thenNothing();

            assertThat(outcome.decision().changes()).isEmpty();
        }
    }

    @Nested
    class Numbers {

        @Test
        void thatDifferForTenSecondsAreAskedAfter() {
            anaAndBen().when(listed(60_000, ROOM, 3)).thenNothing().asks();
            anaAndBen()
                    .polled(listed(60_000, ROOM, 3))
                    .when(listed(69_999, ROOM, 3))
                    .asks();
            anaAndBen()
                    .polled(listed(60_000, ROOM, 3))
                    .when(listed(70_000, ROOM, 3))
                    .thenNothing()
                    .asks(Reason.COUNT_DIFFERS);
        }

        @Test
        void thatAgreeInBetweenAreNot() {
            anaAndBen()
                    .polled(listed(60_000, ROOM, 3), listed(65_000, ROOM, 2))
                    .when(listed(72_000, ROOM, 3))
                    .asks();
        }
    }

    @Nested
    class ASuspect {

        private Story suspects() {
            return anaAndBen().and(ROOM.started(50_000));
        }

        @Test
        void isAskedForAtOnce() {
            anaAndBen().when(ROOM.started(50_000)).asks(Reason.SUSPECT);
            anaAndBen().when(ROOM.aborted(50_000, ANA)).asks(Reason.SUSPECT);
        }

        @Test
        void isLostAfterThirtySecondsWithoutProof() {
            suspects()
                    .when(attended(80_000, ROOM, BEN))
                    .then("ParticipantLeft PA_ana NODE_LOST inferred people=1")
                    .says(Source.TIMER);
        }

        @Test
        void isNotLostBefore() {
            suspects()
                    .when(attended(79_000, ROOM, BEN))
                    .thenNothing()
                    .asks(Reason.SUSPECT)
                    .people(2);
        }

        @Test
        void isNotLostWhileNobodyAnswers() {
            suspects()
                    .polled(unreachable(60_000, ROOM), listed(90_000, ROOM, 2))
                    .when(listed(900_000, ROOM, 2))
                    .thenNothing()
                    .asks(Reason.SUSPECT)
                    .people(2);
        }

        @Test
        void isProvenByAPoll() {
            var outcome = suspects()
                    .when(attended(60_000, ROOM, ANA, BEN))
                    .thenNothing()
                    .asks();

            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().values()).hasOnlyElementsOfType(Participant.Active.class));
        }
    }

    @Nested
    class AnEmptyRoom {

        private static final long PATIENCE = Polls.PATIENCE.toMillis() + 30_000;

        private Story empty() {
            return given(ROOM.started(200)).polled(listed(10_000, ROOM, 0));
        }

        @Test
        void isAskedForAfterItsPatience() {
            empty().when(listed(10_000 + PATIENCE - 1, ROOM, 0)).thenNothing().asks();
            empty().when(listed(10_000 + PATIENCE, ROOM, 0)).thenNothing().asks(Reason.EMPTY);
        }

        @Test
        void isClosedWhenAPollFindsNobodyThen() {
            empty().when(attended(10_000 + PATIENCE, ROOM))
                    .then("RoomClosed RM_1 EMPTY inferred people=0")
                    .says(Source.TIMER);
        }

        @Test
        void isNotClosedWhileSomebodyIsComing() {
            empty().when(attended(10_000 + PATIENCE, ROOM, ANA.state("JOINING")))
                    .thenNothing();
        }

        @ParameterizedTest
        @ValueSource(strings = {"JOINING", "JOINED"})
        void isClosedWhenWhoWasComingHasNotComeInAMinute(String state) {
            var expected = person("PA_ana", "ana", 20_000).state(state);

            empty().when(attended(79_899, ROOM, expected)).thenNothing();
            empty().when(attended(79_900, ROOM, expected))
                    .then("RoomClosed RM_1 EMPTY inferred people=0")
                    .says(Source.TIMER);
        }

        @Test
        void isNotClosedByATimerAlone() {
            empty().when(unreachable(10_000 + 10 * PATIENCE, ROOM)).thenNothing();
        }

        @Test
        void beginsToBeEmptyAnewWhenSomebodyWasThere() {
            empty().and(ROOM.joined(20_000, ANA), ROOM.left(30_000, ANA, "CLIENT_INITIATED"))
                    .when(attended(10_000 + PATIENCE, ROOM))
                    .thenNothing();
        }
    }

    @Nested
    class AZombie {

        private Story zombie() {
            return anaAndBen().polled(unreachable(60_000, ROOM), unreachable(75_000, ROOM), unreachable(90_000, ROOM));
        }

        @Test
        void isReportedAtTheThirdPollAndNobodyInItCounts() {
            anaAndBen()
                    .polled(unreachable(60_000, ROOM), unreachable(75_000, ROOM))
                    .when(unreachable(90_000, ROOM))
                    .then("AnomalyReported ZOMBIE_ROOM people=0")
                    .asks(Reason.UNREACHABLE)
                    .people(0);
        }

        @Test
        void isReportedOnce() {
            zombie().when(unreachable(105_000, ROOM)).thenNothing().people(0);
        }

        @Test
        void isNoneWhenTheSamePollIsReadThreeTimes() {
            anaAndBen()
                    .polled(unreachable(60_000, ROOM), unreachable(60_000, ROOM))
                    .when(unreachable(60_000, ROOM))
                    .thenNothing()
                    .people(2);
        }

        @Test
        void isNoneAnyMoreWhenANodeAnswers() {
            zombie().when(attended(105_000, ROOM, ANA, BEN)).thenNothing().people(2);
        }

        @Test
        void isNoneAnyMoreWhenItIsHeardOf() {
            zombie().when(ROOM.published(100_000, ANA, track("TR_1"))).then("TrackPublished PA_ana TR_1 people=2");
        }

        @Test
        void hasEndedWhenItIsNotListedTwice() {
            zombie().polled(absent(105_000, ROOM))
                    .when(absent(120_000, ROOM))
                    .then(
                            "ParticipantLeft PA_ana ROOM_CLOSED inferred people=1",
                            "ParticipantLeft PA_ben ROOM_CLOSED inferred people=0",
                            "RoomClosed RM_1 NOT_LISTED inferred people=0");
        }
    }
}
