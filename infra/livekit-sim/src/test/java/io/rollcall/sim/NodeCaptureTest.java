package io.rollcall.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.sim.node.JoinRefusedException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.node.RoomDefaults;
import io.rollcall.sim.node.TrackKind;
import io.rollcall.sim.protocol.GoJson;
import io.rollcall.sim.protocol.LivekitIds;
import io.rollcall.sim.tokens.Grants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;
import livekit.LivekitRoom.UpdateParticipantRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rooms of the captures are played again: everybody does what they did, when they did it, and the node must tell the
 * same webhooks, field by field in the same order, counts that lag behind included. Only ids, secrets and the numbers
 * of versions differ.
 */
class NodeCaptureTest {

    private Instant now = Instant.EPOCH;

    /** Every room session of both captures, with its deliveries. */
    static Stream<RoomStory> rooms() {
        Map<String, RoomStory> stories = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Stream.of("webhooks-scenarios.ndjson", "webhooks-volume.ndjson")
                .flatMap(file -> Captures.lines(file).stream())
                .map(Delivery::of)
                .filter(delivery -> seen.add(delivery.text("id")))
                .forEach(delivery -> stories.computeIfAbsent(
                                delivery.body().path("room").path("sid").asString(),
                                sid -> new RoomStory(sid, delivery.room(), new ArrayList<>()))
                        .deliveries()
                        .add(delivery));
        return stories.values().stream();
    }

    /** What happened in one room. */
    record RoomStory(String sid, String name, List<Delivery> deliveries) {

        @Override
        public String toString() {
            return name + " " + sid;
        }
    }

    private record Delivery(long receivedAt, String raw, JsonNode body) {

        static Delivery of(JsonNode line) {
            String raw = line.path("body").asString();
            return new Delivery(
                    line.path("receivedAtMs").asLong(), raw, JsonMapper.shared().readTree(raw));
        }

        String text(String field) {
            return body.path(field).asString("");
        }

        String room() {
            return body.path("room").path("name").asString("");
        }

        JsonNode participant() {
            return body.path("participant");
        }

        String participantSid() {
            return participant().path("sid").asString();
        }

        /** When it happened: it was received in the same second, or later because of a slow receiver. */
        Instant happenedAt() {
            long createdAt = body.path("createdAt").asLong();
            return Instant.ofEpochMilli(Math.min(receivedAt, createdAt * 1000 + 999));
        }
    }

    /** Something somebody does. */
    private record Deed(Instant at, Runnable deed) {}

    @ParameterizedTest
    @MethodSource("rooms")
    void theSameDeedsAreToldAsTheRealServerToldThem(RoomStory story) {
        List<String> told = new ArrayList<>();
        var node = new Node(
                new RoomDefaults(true, 20, 5, 0, false),
                new LivekitIds(new Random(1)),
                () -> now,
                event -> told.add(shape(GoJson.webhook(event))));

        for (Deed deed : deeds(story, node)) {
            now = deed.at();
            deed.deed().run();
        }

        assertThat(told)
                .containsExactlyElementsOf(
                        story.deliveries().stream().map(it -> shape(it.raw())).toList());
    }

    /** Versions count changes inside the server that nobody outside sees. */
    private static String shape(String body) {
        return Shape.withoutIds(body).replaceAll("\"version\":\\d+", "\"version\":1");
    }

    private List<Deed> deeds(RoomStory story, Node node) {
        List<Deed> deeds = new ArrayList<>();
        Map<String, String> sessions = new HashMap<>();
        Map<String, String> tracks = new HashMap<>();
        Set<String> deleted = new LinkedHashSet<>();
        for (Delivery delivery : story.deliveries()) {
            JsonNode participant = delivery.participant();
            String recorded = delivery.participantSid();
            Instant at = delivery.happenedAt();
            switch (delivery.text("event")) {
                case "room_started" ->
                    deeds.add(new Deed(
                            millis(delivery.body().path("room").path("creationTimeMs")),
                            () -> node.createRoom(createRequest(delivery.body().path("room")))));
                case "participant_joined" -> {
                    deeds.add(connect(node, delivery, sessions));
                    deeds.add(new Deed(at, () -> node.activate(known(sessions, recorded))));
                }
                case "participant_connection_aborted" -> {
                    deeds.add(connect(node, delivery, sessions));
                    deeds.add(new Deed(at, () -> node.leave(known(sessions, recorded), DisconnectReason.SIGNAL_CLOSE)));
                }
                case "track_published" ->
                    deeds.add(new Deed(at, () -> {
                        String sid = node.publish(
                                        known(sessions, recorded),
                                        TrackKind.valueOf(delivery.body()
                                                .path("track")
                                                .path("source")
                                                .asString()))
                                .getSid();
                        tracks.put(delivery.body().path("track").path("sid").asString(), sid);
                    }));
                case "track_unpublished" -> {
                    String track = delivery.body().path("track").path("sid").asString();
                    if (!endsWithThePerson(story, delivery)) {
                        deeds.add(new Deed(at, () -> node.unpublish(known(sessions, recorded), known(tracks, track))));
                    }
                }
                case "participant_left" -> {
                    var reason = DisconnectReason.valueOf(
                            participant.path("disconnectReason").asString());
                    switch (reason) {
                        // Told by the node when the next one of this name connects.
                        case DUPLICATE_IDENTITY -> {}
                        case ROOM_DELETED -> {
                            if (deleted.add(story.sid())) {
                                deeds.add(new Deed(at, () -> node.deleteRoom(story.name())));
                            }
                        }
                        case PARTICIPANT_REMOVED ->
                            deeds.add(new Deed(
                                    at,
                                    () -> node.removeParticipant(
                                            story.name(),
                                            participant.path("identity").asString())));
                        default -> deeds.add(new Deed(at, () -> node.leave(known(sessions, recorded), reason)));
                    }
                }
                case "room_finished" -> {
                    if (!deleted.contains(story.sid())) {
                        deeds.add(new Deed(at, node::closeIdleRooms));
                    }
                }
                default -> throw new AssertionError("what is " + delivery.text("event"));
            }
        }
        if (story.name().equals("twirp-1")) {
            deeds.addAll(callsOfTheRoomApi(node));
        }
        deeds.sort(Comparator.comparing(Deed::at));
        return deeds;
    }

    /** What room-api.ndjson did in this room between the first and the second join; no webhook tells of it. */
    private static List<Deed> callsOfTheRoomApi(Node node) {
        Instant at = Instant.ofEpochMilli(1795254231300L);
        return List.of(
                new Deed(
                        at,
                        () -> node.updateParticipant(UpdateParticipantRequest.newBuilder()
                                .setRoom("twirp-1")
                                .setIdentity("u-1")
                                .setName("Ana B")
                                .putAttributes("agency", "ag2")
                                .build())),
                new Deed(at, () -> node.updateRoomMetadata("twirp-1", "{\"agency\":\"ag9\"}")));
    }

    /** Whether the track was taken away because the one who published it went. */
    private static boolean endsWithThePerson(RoomStory story, Delivery unpublished) {
        return story.deliveries().stream()
                .anyMatch(it -> it.text("event").equals("participant_left")
                        && it.participantSid().equals(unpublished.participantSid())
                        && it.receivedAt() - unpublished.receivedAt() < 20);
    }

    private Deed connect(Node node, Delivery delivery, Map<String, String> sessions) {
        return new Deed(millis(delivery.participant().path("joinedAtMs")), () -> {
            try {
                sessions.put(
                        delivery.participantSid(),
                        node.connect(grants(delivery.room(), delivery.participant()), delivery.room())
                                .getSid());
            } catch (JoinRefusedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String known(Map<String, String> ours, String recorded) {
        return Objects.requireNonNull(ours.get(recorded), recorded);
    }

    private static Instant millis(JsonNode time) {
        return Instant.ofEpochMilli(time.asLong());
    }

    private static CreateRoomRequest createRequest(JsonNode room) {
        return CreateRoomRequest.newBuilder()
                .setName(room.path("name").asString(""))
                .setEmptyTimeout(room.path("emptyTimeout").asInt(0))
                .setDepartureTimeout(room.path("departureTimeout").asInt(0))
                .setMaxParticipants(room.path("maxParticipants").asInt(0))
                .setMetadata(room.path("metadata").asString(""))
                .build();
    }

    private static Grants grants(String room, JsonNode participant) {
        Map<String, String> attributes = new HashMap<>();
        participant
                .path("attributes")
                .properties()
                .forEach(
                        entry -> attributes.put(entry.getKey(), entry.getValue().asString()));
        JsonNode permission = participant.path("permission");
        Set<String> can = new HashSet<>(Set.of("roomJoin"));
        if (permission.path("hidden").asBoolean(false)) {
            can.add("hidden");
        }
        return new Grants(
                participant.path("identity").asString(),
                participant.path("name").asString(""),
                participant.path("metadata").asString(""),
                attributes,
                participant.path("kind").asString("").toLowerCase(Locale.ROOT),
                room,
                can,
                permission.path("canPublish").asBoolean(false),
                permission.path("canPublishData").asBoolean(false),
                permission.path("canSubscribe").asBoolean(false),
                List.of(),
                RoomConfiguration.getDefaultInstance());
    }
}
