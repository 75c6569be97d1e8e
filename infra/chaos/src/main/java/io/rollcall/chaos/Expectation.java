package io.rollcall.chaos;

import static java.util.Objects.requireNonNull;

import io.rollcall.local.Webhook;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run of webhooks must end in, told without Rollcall's own code: the simplest reading of LiveKit's events that
 * is right for the captures (every room told from its start, participants that leave once). Anything else in a
 * capture stops the program instead of being guessed at.
 */
final class Expectation {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> NOT_PEOPLE = Set.of("EGRESS", "INGRESS", "AGENT");

    private final Map<String, List<Fact>> factsByRoom = new TreeMap<>();
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, String> openByRoom = new TreeMap<>();
    private final Map<String, Set<String>> webhooksByRoom = new TreeMap<>();

    /**
     * A session of a room.
     *
     * @param roomKey the room's name, or its sid where it has none
     * @param participants everybody who was in it, by participant sid
     */
    record Session(String roomKey, Map<String, Participant> participants) {}

    /**
     * Somebody in a session.
     *
     * @param person false for what is connected but counts as nobody: recorders, agents, the hidden
     * @param reason why they left; null while they are there
     */
    record Participant(
            String identity, boolean person, @Nullable String reason) {}

    /** Takes the next webhook of the story; one that was taken before changes nothing. */
    void take(Webhook webhook) {
        Set<String> ofRoom = webhooksByRoom.computeIfAbsent(webhook.roomKey(), _ -> new LinkedHashSet<>());
        if (!ofRoom.add(webhook.id())) {
            return;
        }
        JsonNode body = JSON.readTree(webhook.body());
        String room = webhook.roomKey();
        String sid = body.path("room").path("sid").asString();
        JsonNode participant = body.path("participant");
        String participantSid = participant.path("sid").asString("");
        switch (webhook.event()) {
            case "room_started" -> open(room, sid);
            case "room_finished" -> close(room, sid, "ROOM_CLOSED");
            case "participant_joined" -> {
                session(sid).participants().put(participantSid, present(participant));
                tell(room, Fact.Kind.PARTICIPANT_JOINED, sid, participantSid, null);
            }
            case "participant_left" ->
                leave(
                        room,
                        sid,
                        participantSid,
                        participant.path("disconnectReason").asString("UNKNOWN_REASON"));
            case "participant_connection_aborted" ->
                tell(room, Fact.Kind.CONNECTION_ABORTED, sid, participantSid, null);
            case "track_published" -> tell(room, Fact.Kind.TRACK_PUBLISHED, sid, trackSid(body), null);
            case "track_unpublished" -> tell(room, Fact.Kind.TRACK_UNPUBLISHED, sid, trackSid(body), null);
            default -> throw new IllegalArgumentException("no expectation for the event " + webhook.event());
        }
    }

    /** LiveKit's ids of the webhooks of each room, by room key, in the order they were told. */
    Map<String, Set<String>> webhooksByRoom() {
        return webhooksByRoom;
    }

    /** The history every room must have, by room key, in order. */
    Map<String, List<Fact>> factsByRoom() {
        return factsByRoom;
    }

    /** Every session there has been, by room sid. */
    Map<String, Session> sessions() {
        return sessions;
    }

    /** The rooms that are open now: room key to room sid. */
    Map<String, String> openByRoom() {
        return openByRoom;
    }

    int peopleIn(String roomSid) {
        return (int) session(roomSid).participants().values().stream()
                .filter(participant -> participant.person() && participant.reason() == null)
                .count();
    }

    private void open(String room, String sid) {
        String before = openByRoom.get(room);
        if (before != null && !before.equals(sid)) {
            // The server died with the room open and came back: nobody told us how the old session ended.
            close(room, before, "NODE_LOST");
        }
        sessions.put(sid, new Session(room, new LinkedHashMap<>()));
        openByRoom.put(room, sid);
        tell(room, Fact.Kind.ROOM_OPENED, sid, "", null);
    }

    private void close(String room, String sid, String reasonOfTheRest) {
        List<String> inside = session(sid).participants().entrySet().stream()
                .filter(entry -> entry.getValue().reason() == null)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        inside.forEach(participant -> leave(room, sid, participant, reasonOfTheRest));
        openByRoom.remove(room, sid);
        tell(room, Fact.Kind.ROOM_CLOSED, sid, "", null);
    }

    private void leave(String room, String sid, String participantSid, String reason) {
        Participant participant = requireNonNull(
                session(sid).participants().get(participantSid), () -> participantSid + " left without having joined");
        session(sid)
                .participants()
                .put(participantSid, new Participant(participant.identity(), participant.person(), reason));
        tell(room, Fact.Kind.PARTICIPANT_LEFT, sid, participantSid, reason);
    }

    private void tell(String room, Fact.Kind kind, String sid, String subject, @Nullable String reason) {
        factsByRoom
                .computeIfAbsent(room, _ -> new ArrayList<>())
                .add(new Fact(kind, sid, subject, reason, peopleIn(sid)));
    }

    private Session session(String sid) {
        return requireNonNull(sessions.get(sid), () -> sid + " is told of before it was started");
    }

    private static Participant present(JsonNode participant) {
        boolean hidden = participant.path("permission").path("hidden").asBoolean(false);
        String kind = participant.path("kind").asString("STANDARD");
        return new Participant(participant.path("identity").asString(), !hidden && !NOT_PEOPLE.contains(kind), null);
    }

    private static String trackSid(JsonNode body) {
        return body.path("track").path("sid").asString();
    }
}
