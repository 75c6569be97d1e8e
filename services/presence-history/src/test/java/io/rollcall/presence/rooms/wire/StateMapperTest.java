package io.rollcall.presence.rooms.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.domain.Participant;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.domain.Watch;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.schemas.SingleObjectSerde;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.TreePVector;

/** What goes into a store as bytes comes out of it as it was. */
class StateMapperTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123Z");
    private static final Profile PROFILE = new Profile(
            "ana", "Ana Ü", "SIP", true, true, "{\"x\":1}", Map.of("agency", "ag7", "reservation_id", "r-1"));
    private static final PMap<String, Track> TRACKS = HashTreePMap.singleton(
            "TR_1", new Track("TR_1", "VIDEO", "CAMERA", "video/VP8", true, 1_790_000_012_345_678L));
    private static final RoomDetails DETAILS = new RoomDetails(NOON, "{\"agency\":\"ag7\"}", 20, "ag7");
    private static final TreePVector<Session.Epoch> EPOCHS = TreePVector.<Session.Epoch>empty()
            .plus(new Session.Epoch(NOON, NOON.plusSeconds(60)))
            .plus(new Session.Epoch(NOON.plusSeconds(90), null));

    private final SingleObjectSerde<ParticipantDocument> participants =
            new SingleObjectSerde<>(ParticipantDocument.class);
    private final SingleObjectSerde<SessionDocument> sessions = new SingleObjectSerde<>(SessionDocument.class);

    static Stream<Participant> everyParticipant() {
        return Stream.of(
                new Participant.Provisional("PA_1", "ana", NOON, TRACKS),
                new Participant.Active("PA_1", PROFILE, NOON, 7, "ACTIVE", TRACKS),
                new Participant.Active("PA_1", PROFILE, NOON, 7, "JOINED", HashTreePMap.empty()),
                new Participant.Suspect(
                        "PA_1", PROFILE, NOON, 7, "ACTIVE", TRACKS, NOON.plusSeconds(5), NOON.plusSeconds(6)),
                new Participant.Left(
                        "PA_1", PROFILE, NOON, NOON.plusSeconds(30), "CLIENT_INITIATED", false, NOON.plusSeconds(31)),
                new Participant.Left(
                        "PA_1", PROFILE, NOON, NOON.plusSeconds(30), "NODE_LOST", true, NOON.plusSeconds(31)),
                new Participant.Aborted("PA_1", PROFILE, "SIGNAL_CLOSE", NOON),
                new Participant.Terminated("PA_1", PROFILE, NOON));
    }

    @ParameterizedTest
    @MethodSource("everyParticipant")
    void aParticipantComesBackAsItWas(Participant participant) {
        ParticipantDocument document = StateMapper.document(participant, "RM_1", "WEBHOOK");

        assertThat(StateMapper.participant(again(participants, document))).isEqualTo(participant);
    }

    static Stream<Session> everySession() {
        return Stream.of(
                open(DETAILS, false, Watch.NOTHING),
                open(null, true, Watch.NOTHING),
                open(
                        DETAILS,
                        false,
                        new Watch(
                                NOON.plusSeconds(1),
                                2,
                                NOON.plusSeconds(2),
                                NOON.plusSeconds(3),
                                NOON.plusSeconds(4),
                                HashTreePMap.singleton("PA_1", NOON.plusSeconds(5)))),
                new Session.Closed(
                        "RM_1",
                        DETAILS,
                        EPOCHS.with(1, new Session.Epoch(NOON.plusSeconds(90), NOON.plusSeconds(120))),
                        NOON.plusSeconds(120),
                        "NODE_LOST",
                        true,
                        NOON.plusSeconds(119),
                        NOON.plusSeconds(121),
                        Session.Past.NOTHING));
    }

    private static Session open(@Nullable RoomDetails details, boolean provisional, Watch watch) {
        return new Session.Open(
                "RM_1",
                details,
                provisional,
                EPOCHS,
                NOON.plusSeconds(100),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePSet.empty(),
                Session.Past.NOTHING,
                watch);
    }

    @ParameterizedTest
    @MethodSource("everySession")
    void aSessionComesBackAsItWas(Session session) {
        SessionDocument document = again(sessions, StateMapper.document(session, "standup", "standup", "TIMER"));

        assertThat(document.getOpen() ? StateMapper.open(document) : StateMapper.closed(document))
                .isEqualTo(session);
    }

    private static <V extends SpecificRecord> V again(SingleObjectSerde<V> serde, V document) {
        return Objects.requireNonNull(serde.deserialize("store", serde.serialize("store", document)));
    }
}
