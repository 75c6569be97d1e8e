package io.rollcall.quota.leases.topology;

import static io.rollcall.quota.leases.topology.QuotaDriver.NOON;
import static io.rollcall.quota.leases.topology.QuotaDriver.TERMS;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kittest.ApprovedTopology;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes in and what comes out of the topology, without a broker. */
class QuotaTopologyTest {

    private static final String ID = id(1);

    @TempDir
    private Path stateDir;

    private QuotaDriver quota;
    private int commandIds;

    private static String id(long number) {
        return ReservationIds.of(0, ByteBuffer.allocate(16).putLong(8, number).array());
    }

    @BeforeEach
    void start() {
        quota = new QuotaDriver(stateDir, TERMS);
    }

    @AfterEach
    void close() {
        quota.close();
    }

    private String commandId() {
        return "c" + commandIds++;
    }

    private void limit(int limit) {
        quota.send(QuotaDriver.setLimit(commandId(), "METRO", limit, false), NOON);
        quota.agencies.readValuesToList();
    }

    private QuotaCommand reserve(String id) {
        return QuotaDriver.reserve(commandId(), id, "METRO", "gate 1", "ann");
    }

    private QuotaEvent answer(QuotaCommand command, Instant at) {
        return quota.send(command, at).getLast();
    }

    private static @Nullable String reason(QuotaEvent event) {
        Answer answer = event.getAnswer();
        return answer == null ? null : answer.getReason();
    }

    private static Instant after(long seconds) {
        return NOON.plusSeconds(seconds);
    }

    /** The owner's clock goes on, and its ticks with it. */
    private List<QuotaEvent> afterTicks(int seconds, Instant from) {
        List<QuotaEvent> told = new java.util.ArrayList<>();
        for (int second = 1; second <= seconds; second++) {
            told.addAll(quota.tick(from.plusSeconds(second)));
        }
        return told;
    }

    @Test
    void aGrantIsOneDecisionWithItsAnswerAndTellsWhatIsUsed() {
        limit(2);

        QuotaEvent granted = answer(reserve(ID), NOON);

        assertThat(granted.getType()).isEqualTo(QuotaEventType.LEASE_GRANTED);
        assertThat(granted.getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
        assertThat(granted.getSource()).isEqualTo(EventSource.COMMAND);
        assertThat(granted.getOccurredAt()).isEqualTo(NOON);
        assertThat(granted.getAuthor()).isEqualTo("ann");
        assertThat(granted.getCorrelationId()).isEqualTo("request-c1");
        assertThat(granted.getSequence()).isEqualTo(2);
        assertThat(granted.getUsageBefore()).isZero();
        assertThat(granted.getUsageAfter()).isOne();
        assertThat(granted.getLimit()).isEqualTo(2);
        assertThat(Objects.requireNonNull(granted.getLease()).getExpiresAt()).isEqualTo(after(3_600));
        assertThat(quota.agencies.readKeyValue())
                .satisfies(it -> assertThat(it.key).isEqualTo("METRO"))
                .satisfies(it -> assertThat(it.value).isEqualTo(new AgencyUsage("METRO", 1, 2, 1, 2L, 1L, NOON)));
        assertThat(quota.cameras.readKeyValue())
                .satisfies(it -> assertThat(it.key).isEqualTo("METRO/gate%201"))
                .satisfies(it -> assertThat(it.value).isEqualTo(new CameraUsage("gate 1", "METRO", 1, 0, NOON)));
        assertThat(quota.replies.isEmpty()).isTrue();
    }

    @Test
    void aRefusalIsADecisionTooAndTheNextTryIsDecidedAnew() {
        limit(1);
        answer(reserve(ID), NOON);
        QuotaCommand second = reserve(id(2));

        QuotaEvent refused = answer(second, NOON);

        assertThat(refused.getType()).isEqualTo(QuotaEventType.LEASE_REFUSED);
        assertThat(refused.getAnswer()).isEqualTo(new Answer(Outcome.REFUSED, "AGENCY_LIMIT_EXCEEDED", false));
        assertThat(refused.getSequence()).isEqualTo(3);
        assertThat(refused.getUsageAfter()).isOne();
        assertThat(refused.getLimit()).isOne();
        assertThat(refused.getReservationId()).isEqualTo(id(2));
        answer(QuotaDriver.release(commandId(), ID, null), NOON);
        assertThat(answer(second, NOON).getType()).isEqualTo(QuotaEventType.LEASE_GRANTED);
    }

    @Test
    void theSameReserveAgainHasTheSameAnswerAndTheLease() {
        limit(5);
        QuotaCommand command = reserve(ID);
        QuotaEvent first = answer(command, NOON);

        QuotaEvent again = answer(command, after(5));

        assertThat(again.getType()).isEqualTo(QuotaEventType.ANSWERED);
        assertThat(again.getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "", true));
        assertThat(again.getLease()).isEqualTo(first.getLease());
        assertThat(again.getUsageAfter()).isOne();
    }

    @Test
    void aReserveThatIsTakenBackLeavesNoLeaseAndItsKeyMayAskAgain() {
        limit(5);
        QuotaCommand command = reserve(ID);
        answer(command, NOON);

        QuotaEvent undone = answer(
                QuotaDriver.undo(
                        "undo", ID, Objects.requireNonNull(command.getHeader()).getCommandId()),
                after(1));

        assertThat(undone.getReason()).isEqualTo("undone");
        assertThat(undone.getUsageAfter()).isZero();
        QuotaEvent again = answer(command, after(2));
        assertThat(again.getType()).isEqualTo(QuotaEventType.LEASE_GRANTED);
        assertThat(again.getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
    }

    @Test
    void whatIsKeptIsNotTakenBackAndHasItsAnswerStill() {
        limit(5);
        QuotaCommand command = reserve(ID);
        QuotaEvent granted = answer(command, NOON);
        quota.send(QuotaDriver.heartbeat("beat", ID, null), after(1));

        QuotaEvent undone = answer(
                QuotaDriver.undo(
                        "undo", ID, Objects.requireNonNull(command.getHeader()).getCommandId()),
                after(2));

        assertThat(undone.getAnswer()).isEqualTo(new Answer(Outcome.UNCHANGED, "", false));
        QuotaEvent again = answer(command, after(3));
        assertThat(again.getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "", true));
        assertThat(again.getReservationId()).isEqualTo(granted.getReservationId());
    }

    @Test
    void aKeyKeepsTheBodyThatItCameWith() {
        CommandHeader first = CommandHeader.newBuilder(QuotaDriver.header("key"))
                .setRepeatable(true)
                .setFingerprint("one body")
                .setNote("a note")
                .build();
        CommandHeader other =
                CommandHeader.newBuilder(first).setFingerprint("another body").build();
        CommandHeader question =
                CommandHeader.newBuilder(first).setRepeatable(false).setNote("").build();

        assertThat(answer(QuotaDriver.nothing(question), NOON).getAnswer())
                .isEqualTo(new Answer(Outcome.UNCHANGED, "", false));
        assertThat(answer(QuotaDriver.nothing(first), NOON).getAnswer())
                .isEqualTo(new Answer(Outcome.UNCHANGED, "a note", false));
        assertThat(answer(QuotaDriver.nothing(first), after(1)).getAnswer())
                .isEqualTo(new Answer(Outcome.UNCHANGED, "a note", true));
        assertThat(answer(QuotaDriver.nothing(question), after(1)).getAnswer())
                .isEqualTo(new Answer(Outcome.UNCHANGED, "a note", true));
        assertThat(answer(QuotaDriver.nothing(other), after(2)).getAnswer())
                .isEqualTo(new Answer(Outcome.REFUSED, "KEY_REUSED", false));
        assertThat(answer(QuotaDriver.nothing(other), after(24 * 3600)).getAnswer())
                .isEqualTo(new Answer(Outcome.UNCHANGED, "a note", false));
    }

    @Test
    void anAnswerComesWithTheNoteOfItsCommandAndAgainWithTheFirst() {
        limit(1);
        QuotaCommand reserve = reserve(ID);
        QuotaCommand noted = QuotaCommand.newBuilder(reserve)
                .setHeader(CommandHeader.newBuilder(Objects.requireNonNull(reserve.getHeader()))
                        .setNote("a note")
                        .build())
                .build();

        assertThat(answer(noted, NOON).getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "a note", false));
        answer(QuotaDriver.release(commandId(), ID, null), after(1));
        assertThat(answer(reserve, after(2)).getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "a note", true));
    }

    @Test
    void aLeaseIsToldForAsLongAsItLivesButNotItsHeartbeats() {
        limit(1);
        QuotaEvent granted = answer(reserve(ID), NOON);
        assertThat(quota.leasesTold.readKeyValuesToList()).containsExactly(new KeyValue<>(ID, granted.getLease()));
        quota.send(QuotaDriver.heartbeat("beat", ID, null), after(5));
        assertThat(quota.leasesTold.isEmpty()).isTrue();

        QuotaEvent joined = answer(QuotaDriver.viewer(commandId(), ID, "PA_1", true), after(6));
        answer(QuotaDriver.release(commandId(), ID, null), after(7));

        assertThat(quota.leasesTold.readKeyValuesToList())
                .containsExactly(new KeyValue<>(ID, joined.getLease()), new KeyValue<>(ID, null));
    }

    @Test
    void aHeartbeatIsAnsweredOnRepliesAndTellsNobodyElse() {
        limit(1);
        answer(reserve(ID), NOON);
        quota.agencies.readValuesToList();
        quota.cameras.readValuesToList();

        assertThat(quota.send(QuotaDriver.heartbeat("beat", ID, new LeaseClaim("ann", false)), after(14)))
                .isEmpty();

        TestRecord<String, QuotaEvent> reply = quota.replies.readRecord();
        assertThat(reply.key()).isEqualTo(ID);
        assertThat(reply.value().getAnswer()).isEqualTo(new Answer(Outcome.ACCEPTED, "", false));
        assertThat(reply.headers().lastHeader("command-id").value()).isEqualTo("beat".getBytes(StandardCharsets.UTF_8));
        assertThat(quota.agencies.isEmpty()).isTrue();
        assertThat(quota.cameras.isEmpty()).isTrue();
        assertThat(quota.leases().get(ID))
                .satisfies(it ->
                        assertThat(Objects.requireNonNull(it).aliveUntil()).isEqualTo(after(74)));
    }

    @Test
    void aHeartbeatOfNoLeaseIsRefusedOnReplies() {
        quota.send(QuotaDriver.heartbeat("beat", ID, null), NOON);
        assertThat(quota.replies.readValue())
                .satisfies(it -> assertThat(reason(it)).isEqualTo("NOT_FOUND"))
                .satisfies(it -> assertThat(it.getReservationId()).isEqualTo(ID));
    }

    @Test
    void ticksEndWhatHasRunOutAndNotAMomentBefore() {
        limit(1);
        answer(reserve(ID), NOON);
        assertThat(afterTicks(59, NOON)).isEmpty();

        List<QuotaEvent> ended = quota.tick(after(60));

        assertThat(ended).extracting(QuotaEvent::getReason).containsExactly("heartbeat_timeout");
        assertThat(ended.getFirst().getSource()).isEqualTo(EventSource.TIMER);
        assertThat(ended.getFirst().getUsageAfter()).isZero();
        assertThat(ended.getFirst().getAnswer()).isNull();
        assertThat(quota.cameras.readKeyValuesToList().getLast().value).isNull();
    }

    @Test
    void theOwnersClockSendsThemThroughTheLogAndOnlyWhileSomethingWaits() {
        limit(1);
        quota.advanceWallClock(Duration.ofSeconds(10));
        assertThat(quota.commandsWritten.isEmpty()).isTrue();
        answer(reserve(ID), NOON);

        quota.advanceWallClock(Duration.ofSeconds(1));

        assertThat(quota.commandsWritten.readValue().getTick()).isNotNull();
    }

    @Test
    void whatHasRunOutIsEndedBeforeADecisionWithoutATick() {
        limit(1);
        answer(reserve(ID), NOON);
        afterTicks(59, NOON);

        List<QuotaEvent> told = quota.send(reserve(id(2)), after(60));

        assertThat(told)
                .extracting(QuotaEvent::getType)
                .containsExactly(QuotaEventType.LEASE_ENDED, QuotaEventType.LEASE_GRANTED);
    }

    @Test
    void anOutageExpiresNobodyAlsoWhenOthersAppendedCommandsMeanwhile() {
        limit(2);
        answer(reserve(ID), NOON);
        for (int seconds = 10; seconds <= 300; seconds += 10) {
            assertThat(answer(reserve(id(7)), after(seconds)).getUsageBefore()).isPositive();
        }
        assertThat(quota.tick(after(305))).isEmpty();

        assertThat(afterTicks(59, after(305))).isEmpty();

        assertThat(quota.tick(after(365)))
                .extracting(QuotaEvent::getReservationId)
                .containsExactlyInAnyOrder(ID, id(7));
    }

    @Test
    void aReleaseWinsOverALateHeartbeat() {
        limit(1);
        answer(reserve(ID), NOON);
        answer(QuotaDriver.release(commandId(), ID, null), after(1));

        quota.send(QuotaDriver.heartbeat("late", ID, null), after(2));

        assertThat(reason(quota.replies.readValue())).isEqualTo("NOT_FOUND");
        assertThat(reason(answer(QuotaDriver.release(commandId(), ID, null), after(3))))
                .isEqualTo("NOT_FOUND");
        assertThat(quota.leases()).isEmpty();
    }

    private static RoomEvent came(String factId, String sid, Map<String, String> attributes) {
        return RoomEvent.newBuilder()
                .setId(factId)
                .setType(RoomEventType.PARTICIPANT_JOINED)
                .setParticipantJoined(ParticipantJoined.newBuilder()
                        .setParticipantSid(sid)
                        .setAttributes(attributes)
                        .build())
                .build();
    }

    private static RoomEvent went(String factId, String sid, Map<String, String> attributes) {
        return RoomEvent.newBuilder()
                .setId(factId)
                .setType(RoomEventType.PARTICIPANT_LEFT)
                .setParticipantLeft(ParticipantLeft.newBuilder()
                        .setParticipantSid(sid)
                        .setAttributes(attributes)
                        .build())
                .build();
    }

    @Test
    void aViewerWhoHasGoneEndsItsLeaseAfterItsGrace() {
        limit(1);
        answer(reserve(ID), NOON);
        Map<String, String> attributes = Map.of("reservation_id", ID, "agency", "METRO");
        quota.roomEvents.pipeInput("camera_gate 1", came("f1", "PA_1", attributes), after(1));
        assertThat(quota.cameras.readValuesToList().getLast().getViewers()).isOne();
        quota.roomEvents.pipeInput("camera_gate 1", went("f2", "PA_1", attributes), after(5));
        assertThat(quota.cameras.readValuesToList().getLast().getViewers()).isZero();
        quota.roomEvents.pipeInput("camera_gate 1", went("f2", "PA_1", attributes), after(6));
        assertThat(quota.events.readValuesToList())
                .extracting(QuotaEvent::getType)
                .containsExactly(QuotaEventType.VIEWER_JOINED, QuotaEventType.VIEWER_LEFT, QuotaEventType.ANSWERED);
        assertThat(afterTicks(28, after(6))).isEmpty();

        assertThat(quota.tick(after(35))).extracting(QuotaEvent::getReason).containsExactly("viewer_left");
    }

    @Test
    void whoHasNoReservationIsNoNews() {
        quota.roomEvents.pipeInput("lobby", came("f1", "PA_1", Map.of()), NOON);
        quota.roomEvents.pipeInput("lobby", came("f2", "PA_2", Map.of("reservation_id", "forged")), NOON);
        assertThat(quota.commandsWritten.isEmpty()).isTrue();
    }

    @Test
    void aRemovedCameraEndsItsLeasesWithOneAnswer() {
        limit(5);
        for (int i = 1; i <= 3; i++) {
            answer(reserve(id(i)), NOON);
        }
        answer(QuotaDriver.reserve(commandId(), id(9), "METRO", "gate 2", "ann"), NOON);

        List<QuotaEvent> told = quota.send(QuotaDriver.endCamera("end", "METRO", "gate 1"), NOON);

        assertThat(told).extracting(QuotaEvent::getReason).containsOnly("camera_removed");
        assertThat(told).extracting(QuotaEvent::getUsageAfter).containsExactly(3, 2, 1);
        assertThat(told).extracting(QuotaTopologyTest::reason).containsExactly(null, null, "");
        assertThat(Objects.requireNonNull(answer(QuotaDriver.endCamera("end2", "METRO", "gate 1"), NOON)
                                .getAnswer())
                        .getOutcome())
                .isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void aCameraOfThousandsIsEndedInPartsAndAnsweredAtTheEnd() {
        limit(10_000);
        for (int i = 0; i < 4_500; i++) {
            quota.pipe(reserve(id(i)), NOON);
        }
        quota.events.readValuesToList();

        List<QuotaEvent> told = quota.send(QuotaDriver.endCamera("end", "METRO", "gate 1"), NOON);

        assertThat(told).hasSize(4_500);
        assertThat(told.stream().filter(it -> it.getAnswer() != null)).containsExactly(told.getLast());
        assertThat(quota.commandsWritten.readValuesToList()).hasSize(2);
        assertThat(quota.leases()).isEmpty();
    }

    @Test
    void thousandsThatRunOutAtOnceEndWithOneTickAndThoseThatFollowIt() {
        limit(10_000);
        for (int i = 0; i < 4_500; i++) {
            quota.pipe(reserve(id(i)), NOON);
        }
        afterTicks(59, NOON);
        quota.events.readValuesToList();

        assertThat(quota.tick(after(60))).hasSize(4_500);
        assertThat(quota.commandsWritten.readValuesToList()).hasSize(2);
    }

    @Test
    void nobodyIsRefusedForWhatHasRunOutHoweverMuchThatIs() {
        limit(10_000);
        for (int i = 0; i < 4_500; i++) {
            quota.pipe(reserve(id(i)), NOON);
        }
        quota.send(QuotaDriver.setLimit(commandId(), "METRO", 1, false), NOON);
        afterTicks(59, NOON);

        QuotaEvent last = answer(reserve(id(9_999)), after(60));

        assertThat(last.getType()).isEqualTo(QuotaEventType.LEASE_GRANTED);
        assertThat(last.getUsageBefore()).isZero();
    }

    @Test
    void poisonIsAnsweredAndGoesToTheDeadLetters() {
        quota.pipe("METRO", "no avro".getBytes(StandardCharsets.UTF_8), QuotaDriver.header("c1"), NOON);
        quota.pipe(QuotaCommand.newBuilder(reserve(ID)).setReserveSlot(null).build(), NOON);
        quota.pipe(QuotaDriver.setLimit("c9", "METRO", -1, false), NOON);

        assertThat(quota.events.readValuesToList())
                .extracting(QuotaTopologyTest::reason)
                .containsExactly("INVALID", "INVALID", "INVALID");
        assertThat(quota.deadLetters.readValuesToList())
                .extracting(DeadLetter::getSourceOffset)
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void decisionsAreKeptAsLongAsTheyCanBeAskedFor() {
        limit(1);
        for (int i = 0; i < 200; i++) {
            answer(reserve(id(i)), NOON);
        }
        assertThat(quota.decisionsKept()).isEqualTo(201);
        Instant later = NOON.plus(QuotaDriver.RETENTION).plusSeconds(1);
        for (int i = 0; i < 200; i++) {
            answer(reserve(id(i)), later);
        }
        assertThat(quota.decisionsKept()).isBetween(199, 199 + 64);
        assertThat(quota.agencies.readValuesToList().getLast().getOldestSequence())
                .isGreaterThan(130);
    }

    @Test
    void theTopologyIsTheApprovedOne() throws IOException {
        ApprovedTopology.check(QuotaDriver.topology(TERMS).describe().toString(), "topology.txt");
    }
}
