package io.rollcall.presence.rooms.wire;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.presence.rooms.captures.Captures;
import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.presence.rooms.domain.Webhook;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookMapperTest {

    private static final Instant RECORDED = Instant.parse("2026-11-21T12:00:00.500Z");

    private final WebhookMapper mapper = new WebhookMapper();

    private Webhook mapped(Delivery delivery) {
        return mapper.webhook(delivery.event(), delivery.at());
    }

    private Webhook mapped(String event, String payload) {
        var record = new LivekitEvent();
        record.setEvent(event);
        record.setPayload(payload);
        record.setOccurredAt(Instant.ofEpochSecond(1_790_000_000));
        return mapper.webhook(record, RECORDED);
    }

    private static String kind(Webhook webhook) {
        return webhook.getClass().getSimpleName();
    }

    @Test
    void everyDeliveryOfTheCapturesIsMappedToItsKind() {
        Map<String, String> kinds = Map.of(
                "room_started", "RoomStarted",
                "room_finished", "RoomFinished",
                "participant_joined", "ParticipantJoined",
                "participant_left", "ParticipantLeft",
                "participant_connection_aborted", "ConnectionAborted",
                "track_published", "TrackPublished",
                "track_unpublished", "TrackUnpublished");
        List<Delivery> scenarios = Captures.scenarios();

        assertThat(scenarios)
                .allSatisfy(delivery -> assertThat(kind(mapped(delivery)))
                        .isEqualTo(kinds.get(delivery.event().getEvent())));
        Map<String, Long> counts =
                scenarios.stream().collect(groupingBy(delivery -> kind(mapped(delivery)), counting()));
        assertThat(counts)
                .isEqualTo(Map.of(
                        "RoomStarted", 20L,
                        "RoomFinished", 15L,
                        "ParticipantJoined", 33L,
                        "ParticipantLeft", 29L,
                        "ConnectionAborted", 1L,
                        "TrackPublished", 6L,
                        "TrackUnpublished", 6L));
    }

    @Test
    void everyDeliveryKeepsItsIdentityAndItsTimes() {
        for (Delivery delivery : Captures.scenarios()) {
            Webhook webhook = mapped(delivery);
            assertThat(webhook.room().sid()).isEqualTo(delivery.event().getRoomSid());
            assertThat(webhook.participantSid()).isEqualTo(delivery.event().getParticipantSid());
            assertThat(webhook.origin().createdAt()).isEqualTo(delivery.event().getOccurredAt());
            assertThat(webhook.origin().recordedAt()).isEqualTo(delivery.at());
        }
    }

    @Test
    void roomsAreFullBesideRoomsAndParticipantsAndPointersBesideTracks() {
        assertThat(Captures.scenarios()).allSatisfy(delivery -> {
            Webhook webhook = mapped(delivery);
            boolean track = webhook instanceof Webhook.TrackPublished || webhook instanceof Webhook.TrackUnpublished;
            assertThat(webhook.room().details() == null).isEqualTo(track);
        });
    }

    @Test
    void theFirstRoomOfTheCaptureIsReadWhole() {
        Webhook started = mapped(Captures.scenarios().getFirst());

        assertThat(started.room().details())
                .isEqualTo(
                        new RoomDetails(Instant.ofEpochMilli(1_795_253_960_201L), "{\"agency\":\"ag7\"}", 20, "ag7"));
    }

    private Stream<Profile> joinedInTheCapture() {
        return Captures.scenarios().stream()
                .map(this::mapped)
                .filter(Webhook.ParticipantJoined.class::isInstance)
                .map(webhook -> Objects.requireNonNull(
                        ((Webhook.ParticipantJoined) webhook).participant().details()))
                .map(ParticipantDetails::profile);
    }

    @Test
    void theKindsOfTheCaptureAreReadAndWhoIsHiddenToo() {
        Map<String, Long> joins = joinedInTheCapture()
                .collect(groupingBy(profile -> profile.hidden() ? "hidden" : profile.kind(), counting()));

        assertThat(joins)
                .containsEntry("hidden", 1L)
                .containsEntry("AGENT", 1L)
                .containsEntry("EGRESS", 1L)
                .containsEntry("INGRESS", 1L)
                .containsEntry("SIP", 1L)
                .containsEntry("STANDARD", 28L);
    }

    @Test
    void whoMayPublishInTheCaptureIsRead() {
        Map<Boolean, Long> joins = joinedInTheCapture().collect(groupingBy(Profile::canPublish, counting()));

        assertThat(joins).isEqualTo(Map.of(true, 30L, false, 3L));
    }

    @Test
    void aLeaveOfTheCaptureSaysWhy() {
        assertThat(Captures.scenarios().stream()
                        .map(this::mapped)
                        .filter(Webhook.ParticipantLeft.class::isInstance)
                        .map(webhook -> Objects.requireNonNull(((Webhook.ParticipantLeft) webhook)
                                        .participant()
                                        .details())
                                .disconnectReason())
                        .distinct())
                .contains("CLIENT_INITIATED", "DUPLICATE_IDENTITY", "PARTICIPANT_REMOVED", "ROOM_DELETED");
    }

    @Test
    void whatIsAbsentIsLiveKitsZeroValue() {
        var joined = (Webhook.ParticipantJoined)
                mapped("participant_joined", "{\"room\":{\"sid\":\"RM_1\"},\"participant\":{\"sid\":\"PA_1\"}}");

        ParticipantDetails details = Objects.requireNonNull(joined.participant().details());
        assertThat(details.state()).isEqualTo("JOINING");
        assertThat(details.profile().kind()).isEqualTo("STANDARD");
        assertThat(details.disconnectReason()).isEqualTo("UNKNOWN_REASON");
        assertThat(details.joinedAt()).isEqualTo(Instant.ofEpochSecond(1_790_000_000));
        assertThat(joined.participant().identity()).isEqualTo("PA_1");
        assertThat(joined.room().details()).isNull();
    }

    @Test
    void anEgressIsReportedWithoutItsKeysAndAddresses() {
        var reported = (Webhook.Reported) mapped(
                "egress_started",
                "{\"egressInfo\":{\"egressId\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"roomName\":\"x\","
                        + "\"stream\":{\"urls\":[\"rtmp://user:pw@host/app/the-stream-key\"]},"
                        + "\"s3\":{\"secret\":\"hush\",\"bucket\":\"b\"}}}");

        assertThat(reported.subjectId()).isEqualTo("EG_1");
        assertThat(reported.status()).isEqualTo("EGRESS_ACTIVE");
        assertThat(reported.payload()).contains("bucket").doesNotContain("the-stream-key", "pw", "hush");
    }

    @Test
    void whatIsTooLargeIsLeftOutAndSaidToBe() {
        String large = "x".repeat(Bounds.CONTENT + 1);
        var joined = (Webhook.ParticipantJoined) mapped(
                "participant_joined",
                "{\"room\":{\"sid\":\"RM_1\",\"creationTime\":\"1790000000\",\"metadata\":\"" + large + "\"},"
                        + "\"participant\":{\"sid\":\"PA_1\",\"name\":\"" + "n".repeat(Bounds.NAME + 1)
                        + "\",\"metadata\":\"" + large + "\",\"attributes\":{\"a\":\"" + large + "\"}}}");

        Profile profile = Objects.requireNonNull(joined.participant().details()).profile();
        assertThat(profile.name()).isEmpty();
        assertThat(profile.metadata()).isEmpty();
        assertThat(profile.attributes()).isEmpty();
        assertThat(Objects.requireNonNull(joined.room().details()).metadata()).isEmpty();
        assertThat(joined.origin().leftOut())
                .containsExactly("name of 1025 characters", "metadata of 524289 bytes", "attributes of 524290 bytes");
    }

    /** Participants name their attributes as they please, and a table of names would keep them for ever. */
    @Test
    void noNameThatWasMadeUpIsKept() {
        List<WeakReference<String>> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            var joined = (Webhook.ParticipantJoined) mapped(
                    "participant_joined",
                    "{\"room\":{\"sid\":\"RM_1\"},\"participant\":{\"sid\":\"PA_1\",\"attributes\":{\"" + i
                            + "x".repeat(30_000) + "\":\"\"}}}");
            Profile profile =
                    Objects.requireNonNull(joined.participant().details()).profile();
            names.add(
                    new WeakReference<>(profile.attributes().keySet().iterator().next()));
        }

        await().until(() -> {
            System.gc();
            return names.stream().allMatch(it -> it.get() == null);
        });
    }

    @Test
    void aRoomsMetadataThatIsTooLargeIsSaidToBeWhereTheRoomItselfIsTold() {
        var started = mapped(
                "room_started",
                "{\"room\":{\"sid\":\"RM_1\",\"creationTime\":\"1790000000\",\"metadata\":\""
                        + "x".repeat(Bounds.CONTENT + 1) + "\"}}");

        assertThat(started.origin().leftOut()).containsExactly("room metadata of 524289 bytes");
    }

    /** Bounds are of bytes, as a record is. */
    @Test
    void whatTheBoundsTakeIsKeptWhole() {
        String kept = "é".repeat(Bounds.CONTENT / 2);
        var reported = (Webhook.Reported) mapped("egress_ended", "{\"egressInfo\":{\"error\":\"" + kept + "\"}}");
        var joined = (Webhook.ParticipantJoined) mapped(
                "participant_joined",
                "{\"room\":{\"sid\":\"RM_1\"},\"participant\":{\"sid\":\"PA_1\",\"metadata\":\"" + kept + "\"}}");

        assertThat(Objects.requireNonNull(joined.participant().details())
                        .profile()
                        .metadata())
                .isEqualTo(kept);
        assertThat(joined.origin().leftOut()).isEmpty();
        assertThat(reported.payload()).isEmpty();
        assertThat(reported.origin().leftOut()).containsExactly("payload of 524300 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sid", "identity", "kind", "state"})
    void aNameWithoutAnEndMeansNothing(String field) {
        String payload = "{\"room\":{\"sid\":\"RM_1\"},\"participant\":{\"sid\":\"PA_1\",\"" + field + "\":\""
                + "x".repeat(Bounds.NAME + 1) + "\"}}";

        assertThatThrownBy(() -> mapped("participant_joined", payload)).isInstanceOf(UnmappableException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"room\":{}}",
                "{\"room\":{\"sid\":\"RM_1\"}}",
                "{\"room\":{\"sid\":\"RM_1\",\"creationTime\":\"soon\"},\"participant\":{\"sid\":\"PA_1\"}}",
                "{\"createdAt\":\"-1\",\"room\":{\"sid\":\"RM_1\"},\"participant\":{\"sid\":\"PA_1\"}}"
            })
    void whatMeansNothingIsRefusedWithoutQuotingIt(String payload) {
        assertThatThrownBy(() -> mapped("participant_joined", payload))
                .isInstanceOf(UnmappableException.class)
                .hasMessageNotContainingAny("RM_1", "soon");
    }
}
