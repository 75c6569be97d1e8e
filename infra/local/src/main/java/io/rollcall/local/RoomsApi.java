package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What presence-history answers, as a client of its REST API reads it: page by page. */
public final class RoomsApi {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final int LIMIT = 1_000;

    private final URI presence;

    /** Asks at this address. */
    public RoomsApi(URI presence) {
        this.presence = presence;
    }

    /** The open rooms: what they are called, or their sid where they have no name, with their numbers of people. */
    public Map<String, Integer> open() throws IOException, InterruptedException {
        var open = new TreeMap<String, Integer>();
        for (JsonNode room : rooms()) {
            open.put(key(room), room.path("people").asInt());
        }
        return open;
    }

    /** The open rooms as they are answered. */
    public List<JsonNode> rooms() throws IOException, InterruptedException {
        return all("/api/v1/rooms?state=open", "rooms");
    }

    /** Everybody who is in a room, by its name or its sid where it has none. */
    public List<JsonNode> participants(String room) throws IOException, InterruptedException {
        return all("/api/v1/rooms/" + segment(room) + "/participants?", "participants");
    }

    /** All sessions as they are answered, without their participants. */
    public List<JsonNode> sessions() throws IOException, InterruptedException {
        return all("/api/v1/sessions?", "sessions");
    }

    /** One session with its participants. */
    public JsonNode session(String roomSid) throws IOException, InterruptedException {
        return get("/api/v1/sessions/" + segment(roomSid));
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The name of a room or of a session's room, or its sid where it has none. */
    public static String key(JsonNode room) {
        String name = room.path("roomName").asString("");
        return name.isEmpty()
                ? room.path("roomSid").asString(room.path("sessionId").asString(""))
                : name;
    }

    private List<JsonNode> all(String path, String plural) throws IOException, InterruptedException {
        var all = new ArrayList<JsonNode>();
        for (int page = 1; ; page++) {
            JsonNode answer = get(path + "&page=" + page + "&limit=" + LIMIT);
            JsonNode items = answer.path(plural);
            items.forEach(all::add);
            if (items.isEmpty() || all.size() >= answer.path("total").asLong()) {
                return all;
            }
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(presence.resolve(path))
                            .timeout(ANSWER_WITHIN)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(path + " is answered with " + answer.statusCode() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        }
    }
}
