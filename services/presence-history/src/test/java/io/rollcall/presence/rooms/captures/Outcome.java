package io.rollcall.presence.rooms.captures;

import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the captures must end in, by the simplest reading of LiveKit's events that is right for them. */
public final class Outcome {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> NOBODY = Set.of("EGRESS", "INGRESS", "AGENT");

    private final Map<String, List<String>> facts = new TreeMap<>();
    private final Map<String, String> open = new TreeMap<>();
    private final Map<String, Map<String, Stay>> sessions = new TreeMap<>();

    private record Stay(boolean person, String reason) {

        boolean over() {
            return !reason.isEmpty();
        }
    }

    private Outcome() {}

    public static Outcome of(List<Delivery> deliveries) {
        var outcome = new Outcome();
        Set<String> ids = new HashSet<>();
        for (Delivery delivery : deliveries) {
            if (ids.add(delivery.event().getLivekitEventId())) {
                outcome.take(delivery);
            }
        }
        return outcome;
    }

    /** The facts of every room in order, one line each, as {@link #line} tells them. */
    public Map<String, List<String>> facts() {
        return facts;
    }

    /** The sid of every room that is open, by room key. */
    public Map<String, String> open() {
        return open;
    }

    /** Why everybody left, by participant sid, by session; empty for those who are there. */
    public Map<String, Map<String, String>> reasons() {
        Map<String, Map<String, String>> reasons = new TreeMap<>();
        sessions.forEach((sid, stays) -> {
            Map<String, String> ofSession = new TreeMap<>();
            stays.forEach((participant, stay) -> ofSession.put(participant, stay.reason()));
            reasons.put(sid, ofSession);
        });
        return reasons;
    }

    public int people(String sid) {
        return (int) sessions.getOrDefault(sid, Map.of()).values().stream()
                .filter(stay -> stay.person() && !stay.over())
                .count();
    }

    /** How many people have been in a session. */
    public int everybody(String sid) {
        return (int) sessions.getOrDefault(sid, Map.of()).values().stream()
                .filter(Stay::person)
                .count();
    }

    private void take(Delivery delivery) {
        JsonNode body = JSON.readTree(delivery.event().getPayload());
        String key = delivery.key();
        String sid = body.path("room").path("sid").asString();
        JsonNode participant = body.path("participant");
        String participantSid = participant.path("sid").asString("");
        switch (delivery.event().getEvent()) {
            case "room_started" -> {
                String before = open.get(key);
                if (before != null) {
                    close(key, before, "NODE_LOST", "NODE_LOST");
                }
                open.put(key, sid);
                sessions.put(sid, new TreeMap<>());
                tell(key, sid, "ROOM_OPENED", "");
            }
            case "room_finished" -> close(key, sid, "ROOM_FINISHED", "ROOM_CLOSED");
            case "participant_joined" -> {
                boolean hidden = participant.path("permission").path("hidden").asBoolean(false);
                boolean person =
                        !hidden && !NOBODY.contains(participant.path("kind").asString("STANDARD"));
                stays(sid).put(participantSid, new Stay(person, ""));
                tell(key, sid, "PARTICIPANT_JOINED", participantSid);
            }
            case "participant_left" ->
                leave(
                        key,
                        sid,
                        participantSid,
                        participant.path("disconnectReason").asString("UNKNOWN_REASON"));
            case "participant_connection_aborted" -> tell(key, sid, "CONNECTION_ABORTED", participantSid);
            case "track_published" ->
                tell(key, sid, "TRACK_PUBLISHED", body.path("track").path("sid").asString());
            case "track_unpublished" ->
                tell(
                        key,
                        sid,
                        "TRACK_UNPUBLISHED",
                        body.path("track").path("sid").asString());
            default -> throw new IllegalArgumentException(delivery.event().getEvent());
        }
    }

    private void close(String key, String sid, String reason, String reasonOfTheRest) {
        stays(sid).entrySet().stream()
                .filter(entry -> !entry.getValue().over())
                .map(Map.Entry::getKey)
                .toList()
                .forEach(participant -> leave(key, sid, participant, reasonOfTheRest));
        open.remove(key, sid);
        tell(key, sid, "ROOM_CLOSED", reason);
    }

    private void leave(String key, String sid, String participantSid, String reason) {
        stays(sid).computeIfPresent(participantSid, (_, stay) -> new Stay(stay.person(), reason));
        tell(key, sid, "PARTICIPANT_LEFT", participantSid + " " + reason);
    }

    private Map<String, Stay> stays(String sid) {
        return sessions.computeIfAbsent(sid, _ -> new TreeMap<>());
    }

    private void tell(String key, String sid, String type, String subject) {
        facts.computeIfAbsent(key, _ -> new ArrayList<>())
                .add(String.join(" ", type, sid, subject).strip() + " people=" + people(sid));
    }

    /** A fact as one line. */
    public static String line(RoomEvent event) {
        String subject = switch (event.getType()) {
            case ROOM_CLOSED -> event.getRoomClosed().getReason();
            case PARTICIPANT_JOINED -> event.getParticipantJoined().getParticipantSid();
            case PARTICIPANT_LEFT ->
                event.getParticipantLeft().getParticipantSid() + " "
                        + event.getParticipantLeft().getReason();
            case CONNECTION_ABORTED -> event.getConnectionAborted().getParticipantSid();
            case TRACK_PUBLISHED -> event.getTrackPublished().getTrackSid();
            case TRACK_UNPUBLISHED -> event.getTrackUnpublished().getTrackSid();
            case ROOM_OPENED, CORRECTED, REPORTED, ANOMALY_REPORTED, UNKNOWN -> "";
        };
        return String.join(" ", event.getType().name(), event.getRoomSid(), subject)
                        .strip() + " people=" + event.getPeople();
    }
}
