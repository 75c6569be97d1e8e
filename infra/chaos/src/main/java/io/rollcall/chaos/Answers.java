package io.rollcall.chaos;

import io.rollcall.local.RoomsApi;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What presence-history answers after a run, in the words of the evidence. */
final class Answers {

    private Answers() {}

    /** The list of open rooms, by room key. */
    static Map<String, Evidence.OpenRoom> openRooms(RoomsApi api) throws IOException, InterruptedException {
        var open = new TreeMap<String, Evidence.OpenRoom>();
        for (JsonNode room : api.rooms()) {
            open.put(
                    RoomsApi.key(room),
                    new Evidence.OpenRoom(
                            room.path("roomSid").asString(), room.path("people").asInt()));
        }
        return open;
    }

    /** These sessions with everybody who was in them, by room sid; one that is not there is left out. */
    static Map<String, Expectation.Session> sessions(RoomsApi api, Set<String> roomSids)
            throws IOException, InterruptedException {
        var sessions = new HashMap<String, Expectation.Session>();
        for (String sid : roomSids) {
            JsonNode session = api.session(sid);
            var participants = new LinkedHashMap<String, Expectation.Participant>();
            for (JsonNode participant : session.path("participants")) {
                boolean left = !participant.path("leftAt").asString("").isEmpty();
                participants.put(
                        participant.path("sid").asString(),
                        new Expectation.Participant(
                                participant.path("identity").asString(),
                                participant.path("person").asBoolean(),
                                left ? participant.path("disconnectReason").asString() : null));
            }
            sessions.put(sid, new Expectation.Session(RoomsApi.key(session), participants));
        }
        return sessions;
    }
}
