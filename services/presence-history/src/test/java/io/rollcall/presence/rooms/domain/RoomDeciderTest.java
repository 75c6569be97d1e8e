package io.rollcall.presence.rooms.domain;

import static io.rollcall.presence.rooms.domain.Story.given;
import static io.rollcall.presence.rooms.domain.Webhooks.minimal;
import static io.rollcall.presence.rooms.domain.Webhooks.ms;
import static io.rollcall.presence.rooms.domain.Webhooks.person;
import static io.rollcall.presence.rooms.domain.Webhooks.room;
import static io.rollcall.presence.rooms.domain.Webhooks.track;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.domain.Webhooks.Person;
import io.rollcall.presence.rooms.domain.Webhooks.Room;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomDeciderTest {

    private static final long DAY = Duration.ofHours(24).toMillis();
    private static final Room ROOM = room("RM_1", 200);
    private static final Room NEWER = room("RM_2", 60_500);
    private static final Person ANA = person("PA_ana", "ana", 1_285);
    private static final Person BEN = person("PA_ben", "ben", 2_417);
    private static final Person ANA_AGAIN = person("PA_ana2", "ana", 5_100);

    @Nested
    class UpsertFromAnything {

        @Test
        void aJoinInAnUnknownRoomMakesTheRoomProvisionally() {
            given().when(ROOM.joined(1_300, ANA))
                    .then("RoomOpened RM_1 inferred people=0", "ParticipantJoined PA_ana people=1");
        }

        @Test
        void aProvisionalRoomIsConfirmedByItsStartAndNobodyIsSuspected() {
            var outcome = given(minimal("RM_1").published(1_300, ANA, track("TR_1")), ROOM.joined(1_400, BEN))
                    .when(ROOM.started(90_000))
                    .then("RoomOpeningCorrected RM_1 people=1");
            assertThat(outcome.fact(0).at()).isEqualTo(ms(200));
            assertThat(outcome.after().session("RM_1")).isInstanceOfSatisfying(Session.Open.class, open -> {
                assertThat(open.provisional()).isFalse();
                assertThat(open.live().get("PA_ben")).isInstanceOf(Participant.Active.class);
            });
        }

        @Test
        void somebodyKnownOnlyFromATrackIsThereButNotCounted() {
            var outcome = given(ROOM.started(200))
                    .when(ROOM.published(1_300, ANA, track("TR_1")))
                    .then("TrackPublished PA_ana TR_1 people=0");
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Provisional.class));
        }

        @Test
        void theyAreCountedOnceTheyAreSeenInFullAndTheirTracksAreKept() {
            var outcome = given(ROOM.started(200), ROOM.published(1_300, ANA, track("TR_1")))
                    .when(ROOM.joined(1_400, ANA))
                    .then("ParticipantJoined PA_ana people=1");
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana"))
                                    .isInstanceOfSatisfying(
                                            Participant.Active.class,
                                            ana -> assertThat(ana.tracks()).containsKey("TR_1")));
        }

        @Test
        void aMinimalRoomOverwritesNothing() {
            var outcome = given(ROOM.started(200)).when(ROOM.published(1_300, ANA, track("TR_1")));
            assertThat(outcome.after().session("RM_1"))
                    .isNotNull()
                    .satisfies(session -> assertThat(session.agency()).isEqualTo("ag7"));
        }

        @Test
        void aFinishOfAnUnknownRoomTellsTheWholeRoom() {
            given().when(ROOM.finished(9_000))
                    .then("RoomOpened RM_1 inferred people=0", "RoomClosed RM_1 ROOM_FINISHED people=0");
        }

        @Test
        void somebodyWhoWasOnlySightedGoesWithoutAWordWhenTheRoomCloses() {
            given(ROOM.started(200), ROOM.published(1_300, ANA, track("TR_1")))
                    .when(ROOM.finished(9_000))
                    .then("RoomClosed RM_1 ROOM_FINISHED people=0");
        }
    }

    @Nested
    class RoomStarted {

        @Test
        void anUnknownRoomOpensAtItsCreation() {
            var outcome = given().when(ROOM.started(200)).then("RoomOpened RM_1 people=0");
            assertThat(outcome.fact(0).at()).isEqualTo(ms(200));
        }

        @Test
        void anotherSidOfTheNameEndsTheOlderRoomWithItsNode() {
            given(ROOM.started(200), ROOM.joined(2_500, BEN), ROOM.joined(2_600, ANA))
                    .when(NEWER.started(60_500))
                    .then(
                            "ParticipantLeft PA_ana NODE_LOST inferred people=1",
                            "ParticipantLeft PA_ben NODE_LOST inferred people=0",
                            "RoomClosed RM_1 NODE_LOST inferred people=0",
                            "RoomOpened RM_2 people=0")
                    .roomIs("RM_2");
        }

        @Test
        void aLateStartOfAnOlderRoomChangesNothingForTheNewer() {
            given(NEWER.started(60_500), NEWER.joined(61_000, ANA))
                    .when(ROOM.started(62_000))
                    .then("RoomOpened RM_1 people=0", "RoomClosed RM_1 NODE_LOST inferred people=0")
                    .roomIs("RM_2")
                    .people(1);
        }

        @Test
        void aRoomWhoseAgeIsUnknownEndsNobodyUntilItTellsIt() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(minimal("RM_2").published(61_000, BEN, track("TR_1")))
                    .then("RoomOpened RM_2 inferred people=0", "TrackPublished PA_ben TR_1 people=0")
                    .roomIs("RM_1");
        }

        @Test
        void onceItTellsThatItIsNewerTheOlderOneHasEnded() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), minimal("RM_2").published(61_000, BEN, track("TR_1")))
                    .when(NEWER.joined(61_000, BEN))
                    .then(
                            "ParticipantLeft PA_ana NODE_LOST inferred people=0",
                            "RoomClosed RM_1 NODE_LOST inferred people=0",
                            "ParticipantJoined PA_ben people=1")
                    .roomIs("RM_2");
        }

        @Test
        void theSameSidAgainIsRehostedAndThoseFromBeforeAreSuspect() {
            var outcome = given(
                            ROOM.started(200),
                            ROOM.joined(1_300, ANA),
                            ROOM.joined(60_000, person("PA_c", "c", 60_400)))
                    .when(ROOM.started(60_900))
                    .then("AnomalyReported ROOM_REHOSTED people=2");
            assertThat(outcome.after().session("RM_1")).isInstanceOfSatisfying(Session.Open.class, open -> {
                assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Suspect.class);
                assertThat(open.live().get("PA_c")).isInstanceOf(Participant.Active.class);
            });
        }

        @Test
        void aFinishedSidStartedLaterIsItsNextEpoch() {
            var outcome = given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.started(10_100))
                    .then("RoomOpened RM_1 epoch=2 people=0");
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.epochs())
                                    .containsExactly(
                                            new Session.Epoch(ms(200), ms(9_000)),
                                            new Session.Epoch(ms(10_000), null)));
        }

        @Test
        void aFinishedSidStartedNoLaterStaysFinished() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.started(9_900))
                    .then("AnomalyReported STARTED_AFTER_FINISH people=0");
        }
    }

    @Nested
    class RoomFinished {

        @Test
        void everybodyWhoIsStillThereLeavesFirst() {
            given(ROOM.started(200), ROOM.joined(2_500, BEN), ROOM.joined(2_600, ANA))
                    .when(ROOM.finished(9_000))
                    .then(
                            "ParticipantLeft PA_ana ROOM_CLOSED inferred people=1",
                            "ParticipantLeft PA_ben ROOM_CLOSED inferred people=0",
                            "RoomClosed RM_1 ROOM_FINISHED people=0");
        }

        @Test
        void theEndIsNeverBeforeTheBeginning() {
            var outcome = given(ROOM.started(200)).when(ROOM.finished(900));
            assertThat(outcome.fact(0).at()).isEqualTo(ms(200));
        }

        @Test
        void itsOwnWordCorrectsAnInferredEnd() {
            given(ROOM.started(200), NEWER.started(60_500))
                    .when(ROOM.finished(61_000))
                    .then("RoomClosingCorrected RM_1 NODE_LOST→ROOM_FINISHED people=0")
                    .roomIs("RM_2");
        }

        @Test
        void aSecondFinishIsAnAnomaly() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.finished(9_500))
                    .then("AnomalyReported FINISHED_TWICE people=0");
        }

        @Test
        void aJoinWithinTwoSecondsEndedWithTheRoom() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.joined(11_900, ANA))
                    .then("ParticipantJoined PA_ana people=0", "ParticipantLeft PA_ana ROOM_CLOSED inferred people=0");
        }

        @Test
        void aJoinLaterThanTwoSecondsReopensTheRoom() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.joined(12_000, ANA))
                    .then(
                            "AnomalyReported REOPENED_AFTER_FINISH people=0",
                            "RoomOpened RM_1 epoch=2 inferred people=0",
                            "ParticipantJoined PA_ana people=1");
        }

        @Test
        void aJoinInARoomWhoseNameBelongsToANewerOneReopensNothing() {
            given(ROOM.started(200), NEWER.started(60_500))
                    .when(ROOM.joined(70_000, ANA))
                    .then(
                            "AnomalyReported JOIN_IN_REPLACED_ROOM people=0",
                            "ParticipantJoined PA_ana people=0",
                            "ParticipantLeft PA_ana NODE_LOST inferred people=0")
                    .roomIs("RM_2");
        }

        @Test
        void afterTwentyFourHoursNothingStandsInTheWayOfTheSid() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.started(9_000 + DAY))
                    .then("RoomOpened RM_1 epoch=2 people=0");
        }
    }

    @Nested
    class Joined {

        @Test
        void somebodyComes() {
            var outcome =
                    given(ROOM.started(200)).when(ROOM.joined(1_300, ANA)).then("ParticipantJoined PA_ana people=1");
            assertThat(outcome.fact(0).at()).isEqualTo(ms(1_285));
        }

        @Test
        void theSameSidAgainIsNobodyNew() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.joined(1_400, ANA))
                    .thenNothing()
                    .people(1);
        }

        @Test
        void aNewerVersionIsTakenOver() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.joined(1_400, ANA.version(3).nowHidden()))
                    .thenNothing()
                    .people(0);
            assertThat(outcome.after().session("RM_1")).isInstanceOf(Session.Open.class);
        }

        @Test
        void anOlderVersionIsNot() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA.version(5)))
                    .when(ROOM.joined(1_400, ANA.version(4).nowHidden()))
                    .thenNothing()
                    .people(1);
        }

        @Test
        void withTheSameVersionTheFurtherStateWins() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA.state("JOINED")))
                    .when(ROOM.joined(1_400, ANA.state("ACTIVE").nowHidden()))
                    .thenNothing()
                    .people(0);
        }

        @Test
        void nobodyComesBackUnderASidThatHasEnded() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.left(3_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.joined(4_000, ANA))
                    .then("AnomalyReported JOIN_AFTER_END people=0");
        }

        @Test
        void unlessTwentyFourHoursHavePassed() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.left(3_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.joined(3_000 + DAY, ANA))
                    .then("ParticipantJoined PA_ana people=1");
        }

        @Test
        void aJoinThatSaysDisconnectedIsNoPresenceAndEndsTheSid() {
            given(ROOM.started(200))
                    .when(ROOM.joined(1_300, ANA.state("DISCONNECTED")))
                    .then("AnomalyReported JOINED_DISCONNECTED people=0");
            given(ROOM.started(200), ROOM.joined(1_300, ANA.state("DISCONNECTED")))
                    .when(ROOM.joined(1_400, ANA))
                    .then("AnomalyReported JOIN_AFTER_END people=0");
        }

        @Test
        void aJoinThatSaysDisconnectedEndsSomebodyWhoIsThere() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.joined(1_400, ANA.state("DISCONNECTED")))
                    .then("ParticipantLeft PA_ana UNKNOWN_REASON inferred people=0");
        }

        @Test
        void aNewerSessionOfAnIdentityTakesItsPlaceAndTheCountStands() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.joined(2_500, BEN))
                    .when(ROOM.joined(5_200, ANA_AGAIN))
                    .then(
                            "ParticipantLeft PA_ana DUPLICATE_IDENTITY inferred people=2",
                            "ParticipantJoined PA_ana2 people=2");
        }

        @Test
        void anOlderSessionOfAnIdentityIsSupersededAtBirth() {
            given(ROOM.started(200), ROOM.joined(5_200, ANA_AGAIN))
                    .when(ROOM.joined(5_300, ANA))
                    .then(
                            "ParticipantJoined PA_ana people=1",
                            "ParticipantLeft PA_ana DUPLICATE_IDENTITY inferred people=1")
                    .people(1);
        }

        @Test
        void aSuspectWhoJoinsIsCleared() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.started(60_000))
                    .when(ROOM.joined(60_500, ANA.version(3)))
                    .thenNothing();
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Active.class));
        }
    }

    @Nested
    class LeftTheRoom {

        @Test
        void onlyTheSidLeavesNotTheIdentity() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.joined(5_200, ANA_AGAIN))
                    .when(ROOM.left(5_500, ANA, "DUPLICATE_IDENTITY"))
                    .then("LeavingCorrected PA_ana DUPLICATE_IDENTITY→DUPLICATE_IDENTITY people=1")
                    .people(1);
        }

        @Test
        void theEndIsNeverBeforeTheJoin() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.left(1_900, ANA, "CLIENT_INITIATED"))
                    .then("ParticipantLeft PA_ana CLIENT_INITIATED people=0");
            assertThat(outcome.fact(0).at()).isEqualTo(ms(1_285));
        }

        @Test
        void somebodyUnknownLeavesAndTheWholeStayIsRebuilt() {
            var outcome = given(ROOM.started(200))
                    .when(ROOM.left(9_000, ANA, "CLIENT_INITIATED"))
                    .then(
                            "ParticipantJoined PA_ana inferred people=0",
                            "ParticipantLeft PA_ana CLIENT_INITIATED people=0");
            assertThat(outcome.fact(0).at()).isEqualTo(ms(1_285));
        }

        @Test
        void andDoesNotComeBack() {
            given(ROOM.started(200), ROOM.left(9_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.joined(9_100, ANA))
                    .then("AnomalyReported JOIN_AFTER_END people=0");
        }

        @Test
        void anInferredLeaveIsCorrectedInReasonAndTime() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.finished(9_000))
                    .when(ROOM.left(8_000, ANA, "CLIENT_INITIATED"))
                    .then("LeavingCorrected PA_ana ROOM_CLOSED→CLIENT_INITIATED people=0");
            assertThat(outcome.fact(0)).isInstanceOfSatisfying(Change.LeavingCorrected.class, corrected -> {
                assertThat(corrected.at()).isEqualTo(ms(8_000));
                assertThat(corrected.previousAt()).isEqualTo(ms(9_000));
            });
        }

        @Test
        void aSecondLeaveChangesNothing() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.left(3_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.left(3_500, ANA, "SIGNAL_CLOSE"))
                    .then("AnomalyReported LEFT_TWICE people=0");
        }

        @Test
        void aLostJoinOfANewerSessionStillEndsTheOlder() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.left(9_000, ANA_AGAIN, "CLIENT_INITIATED"))
                    .then(
                            "ParticipantLeft PA_ana DUPLICATE_IDENTITY inferred people=0",
                            "ParticipantJoined PA_ana2 inferred people=0",
                            "ParticipantLeft PA_ana2 CLIENT_INITIATED people=0");
        }

        @Test
        void somebodySightedWhoLeavesWasThere() {
            given(ROOM.started(200), ROOM.published(1_300, ANA, track("TR_1")))
                    .when(ROOM.left(9_000, ANA, "CLIENT_INITIATED"))
                    .then(
                            "ParticipantJoined PA_ana inferred people=0",
                            "ParticipantLeft PA_ana CLIENT_INITIATED people=0");
        }

        @ParameterizedTest
        @ValueSource(strings = {"A_REASON_OF_TOMORROW", "17"})
        void reasonsThatWeDoNotKnowSurvive(String reason) {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.left(3_000, ANA, reason))
                    .then("ParticipantLeft PA_ana " + reason + " people=0");
        }
    }

    @Nested
    class Aborted {

        @Test
        void anAbortIsNoPresence() {
            given(ROOM.started(200))
                    .when(ROOM.aborted(1_300, ANA))
                    .then("ConnectionAborted PA_ana SIGNAL_CLOSE people=0");
        }

        @Test
        void aSecondAbortOfTheSidIsNotToldTwice() {
            given(ROOM.started(200), ROOM.aborted(1_300, ANA))
                    .when(ROOM.aborted(1_400, ANA))
                    .thenNothing();
        }

        @Test
        void aJoinAfterTheAbortWins() {
            given(ROOM.started(200), ROOM.aborted(1_300, ANA))
                    .when(ROOM.joined(1_400, ANA))
                    .then("ParticipantJoined PA_ana people=1");
        }

        @Test
        void unlessItSaysDisconnected() {
            given(ROOM.started(200), ROOM.aborted(1_300, ANA))
                    .when(ROOM.joined(1_400, ANA.state("DISCONNECTED")))
                    .thenNothing()
                    .people(0);
        }

        @Test
        void anAbortAfterTheJoinMakesSuspect() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.aborted(1_400, ANA))
                    .then("AnomalyReported ABORTED_WHILE_ACTIVE people=1");
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Suspect.class));
        }

        @Test
        void anAbortOfSomebodyWhoWasAnnouncedGoneIsTold() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA.state("DISCONNECTED")))
                    .when(ROOM.aborted(1_400, ANA))
                    .then("ConnectionAborted PA_ana SIGNAL_CLOSE people=0");
        }
    }

    @Nested
    class Tracks {

        @Test
        void aTrackComesAndGoes() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.published(1_400, ANA, track("TR_1")))
                    .then("TrackPublished PA_ana TR_1 people=1");
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.published(1_400, ANA, track("TR_1")))
                    .when(ROOM.unpublished(2_000, ANA, track("TR_1")))
                    .then("TrackUnpublished PA_ana TR_1 people=1");
        }

        @Test
        void aTrackThatHasEndedDoesNotComeBack() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.unpublished(1_500, ANA, track("TR_1")))
                    .when(ROOM.published(1_600, ANA, track("TR_1")))
                    .thenNothing();
        }

        @Test
        void aKnownTrackIsDescribedByItsNewerVersionOnly() {
            var given = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.published(1_400, ANA, track("TR_1", 5)));
            assertThat(given.when(ROOM.published(1_500, ANA, track("TR_1", 6)))
                            .thenNothing()
                            .decision()
                            .changes())
                    .hasSize(1);
            assertThat(given.when(ROOM.published(1_500, ANA, track("TR_1", 4)))
                            .thenNothing()
                            .decision()
                            .changes())
                    .isEmpty();
        }

        @Test
        void aTrackRevivesASuspect() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.started(60_000))
                    .when(ROOM.published(60_500, ANA, track("TR_1")))
                    .then("TrackPublished PA_ana TR_1 people=1");
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Active.class));
        }

        @Test
        void aTrackFromBeforeTheSuspicionProvesNothing() {
            var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.started(60_000))
                    .when(ROOM.published(59_000, ANA, track("TR_1")));
            assertThat(outcome.after().session("RM_1"))
                    .isInstanceOfSatisfying(
                            Session.Open.class,
                            open -> assertThat(open.live().get("PA_ana")).isInstanceOf(Participant.Suspect.class));
        }

        @Test
        void aTrackRevivesNobodyWhoHasGone() {
            given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.left(3_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.published(3_100, ANA, track("TR_1")))
                    .then("AnomalyReported TRACK_AFTER_END people=0");
        }

        @Test
        void aTrackReopensNoRoom() {
            given(ROOM.started(200), ROOM.finished(9_000))
                    .when(ROOM.published(20_000, ANA, track("TR_1")))
                    .then("AnomalyReported TRACK_AFTER_END people=0");
        }

        @Test
        void somebodyWhoHasGoneHasNoTracks() {
            given(
                            ROOM.started(200),
                            ROOM.joined(1_300, ANA),
                            ROOM.published(1_400, ANA, track("TR_1")),
                            ROOM.left(3_000, ANA, "CLIENT_INITIATED"))
                    .when(ROOM.unpublished(3_100, ANA, track("TR_1")))
                    .thenNothing();
        }
    }

    @Nested
    class People {

        @ParameterizedTest
        @ValueSource(strings = {"EGRESS", "INGRESS", "AGENT"})
        void whatIsConnectedButNobodyIsNotCounted(String kind) {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.joined(2_500, BEN.kind(kind)))
                    .then("ParticipantJoined PA_ben people=1");
        }

        @ParameterizedTest
        @ValueSource(strings = {"STANDARD", "SIP", "CONNECTOR", "A_KIND_OF_TOMORROW"})
        void everybodyElseIs(String kind) {
            given(ROOM.started(200), ROOM.joined(1_300, ANA))
                    .when(ROOM.joined(2_500, BEN.kind(kind)))
                    .then("ParticipantJoined PA_ben people=2");
        }

        @Test
        void theHiddenAreNotCounted() {
            given(ROOM.started(200))
                    .when(ROOM.joined(1_300, ANA.nowHidden()))
                    .then("ParticipantJoined PA_ana people=0");
        }
    }

    @Nested
    class Reports {

        @Test
        void aReportHasNoPlaceInTheSequence() {
            var outcome = given(ROOM.started(200))
                    .when(ROOM.reported(1_300, "egress_started", "EG_1"))
                    .then("Reported egress_started EG_1 people=0");
            assertThat(outcome.decision().told().getFirst().sequence()).isZero();
            assertThat(outcome.after().sequence()).isEqualTo(1);
        }

        @Test
        void anEgressThatStartsProvesItsRoom() {
            given().when(ROOM.reported(1_300, "egress_started", "EG_1"))
                    .then("RoomOpened RM_1 inferred people=0", "Reported egress_started EG_1 people=0");
        }

        @Test
        void anEgressThatEndsProvesNone() {
            given().when(ROOM.reported(1_300, "egress_ended", "EG_1")).then("Reported egress_ended EG_1 people=0");
        }
    }

    @Test
    void theSequenceIsDense() {
        var outcome = given(ROOM.started(200), ROOM.joined(1_300, ANA), ROOM.joined(2_500, BEN))
                .when(ROOM.finished(9_000));
        assertThat(outcome.decision().told())
                .extracting(Decision.Told::sequence)
                .containsExactly(4L, 5L, 6L);
    }
}
