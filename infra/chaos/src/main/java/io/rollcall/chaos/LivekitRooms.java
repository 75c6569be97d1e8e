package io.rollcall.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.local.Development;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** LiveKit's own room API, asked with nothing of ours between: Twirp in JSON. */
final class LivekitRooms {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration TOKENS_LAST = Duration.ofHours(1);
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final HttpClient http;
    private final URI livekit;

    LivekitRooms(HttpClient http, URI livekit) {
        this.http = http;
        this.livekit = livekit;
    }

    void create(String room) throws IOException, InterruptedException {
        ask("CreateRoom", JSON.createObjectNode().put("name", room), "");
    }

    void delete(String room) throws IOException, InterruptedException {
        ask("DeleteRoom", JSON.createObjectNode().put("room", room), room);
    }

    void remove(String room, String identity) throws IOException, InterruptedException {
        ask("RemoveParticipant", JSON.createObjectNode().put("room", room).put("identity", identity), room);
    }

    /** What is there: each room with everybody who is active in it, identity by participant sid. */
    Map<String, Occupied> rooms() throws IOException, InterruptedException {
        var rooms = new TreeMap<String, Occupied>();
        for (JsonNode room : ask("ListRooms", JSON.createObjectNode(), "").path("rooms")) {
            String name = room.path("name").asString();
            var people = new TreeMap<String, String>();
            for (JsonNode participant : ask(
                            "ListParticipants", JSON.createObjectNode().put("room", name), name)
                    .path("participants")) {
                if (participant.path("state").asString().equals("ACTIVE")) {
                    people.put(
                            participant.path("sid").asString(),
                            participant.path("identity").asString());
                }
            }
            rooms.put(name, new Occupied(room.path("sid").asString(), people));
        }
        return rooms;
    }

    /** A token that lets somebody into a room. */
    String token(String room, String identity) {
        ObjectNode video = JSON.createObjectNode().put("roomJoin", true).put("room", room);
        return sign(claims(video).put("sub", identity));
    }

    private JsonNode ask(String method, ObjectNode request, String room) throws IOException, InterruptedException {
        ObjectNode video = JSON.createObjectNode()
                .put("roomCreate", true)
                .put("roomList", true)
                .put("roomAdmin", true)
                .put("room", room);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(livekit.resolve("/twirp/livekit.RoomService/" + method))
                        .timeout(ANSWER_WITHIN)
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + sign(claims(video)))
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(method + " is answered with " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private static ObjectNode claims(ObjectNode video) {
        long now = Instant.now().getEpochSecond();
        ObjectNode claims = JSON.createObjectNode()
                .put("iss", Development.LIVEKIT_API_KEY)
                .put("nbf", now)
                .put("exp", now + TOKENS_LAST.toSeconds());
        claims.set("video", video);
        return claims;
    }

    private static String sign(ObjectNode claims) {
        try {
            String signed = URL.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + "."
                    + URL.encodeToString(claims.toString().getBytes(UTF_8));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Development.LIVEKIT_API_SECRET.getBytes(UTF_8), "HmacSHA256"));
            return signed + "." + URL.encodeToString(mac.doFinal(signed.getBytes(US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256", e);
        }
    }
}
