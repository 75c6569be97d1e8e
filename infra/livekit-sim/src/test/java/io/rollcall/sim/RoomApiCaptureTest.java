package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.rollcall.sim.Api.Reply;
import io.rollcall.sim.protocol.GoJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.SendDataResponse;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every call that was recorded is answered as the real server answered it, byte for byte, ids and times apart. */
class RoomApiCaptureTest {

    private static final Map<String, List<Message>> MESSAGES = Map.of(
            "CreateRoom", List.of(CreateRoomRequest.getDefaultInstance(), Room.getDefaultInstance()),
            "ListRooms", List.of(ListRoomsRequest.getDefaultInstance(), ListRoomsResponse.getDefaultInstance()),
            "DeleteRoom", List.of(DeleteRoomRequest.getDefaultInstance(), DeleteRoomResponse.getDefaultInstance()),
            "ListParticipants",
                    List.of(
                            ListParticipantsRequest.getDefaultInstance(),
                            ListParticipantsResponse.getDefaultInstance()),
            "GetParticipant",
                    List.of(RoomParticipantIdentity.getDefaultInstance(), ParticipantInfo.getDefaultInstance()),
            "RemoveParticipant",
                    List.of(
                            RoomParticipantIdentity.getDefaultInstance(),
                            RemoveParticipantResponse.getDefaultInstance()),
            "UpdateParticipant",
                    List.of(UpdateParticipantRequest.getDefaultInstance(), ParticipantInfo.getDefaultInstance()),
            "UpdateRoomMetadata", List.of(UpdateRoomMetadataRequest.getDefaultInstance(), Room.getDefaultInstance()),
            "SendData", List.of(SendDataRequest.getDefaultInstance(), SendDataResponse.getDefaultInstance()));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRecordedCallIsAnsweredAsTheRealServerDid(boolean protobuf) throws Exception {
        List<String> expected = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        try (LivekitSim sim = LivekitSim.start(Settings.quiet())) {
            var api = new Api(sim);
            for (JsonNode line : Captures.lines("room-api.ndjson")) {
                String title = line.path("title").asString();
                if (title.equals("participants")) {
                    api.control("join", Map.of("token", ana()));
                }
                if (title.startsWith("third join")) {
                    api.control("join", Map.of("token", Tokens.joining("twirp-1", "u-2")));
                    Reply third = api.tryControl("join", Map.of("token", Tokens.joining("twirp-1", "u-3")));
                    assertThat(third.status()).isEqualTo(500);
                    continue;
                }
                JsonNode response = line.path("response");
                expected.add(title + ": "
                        + shape(
                                response.path("status").asInt(),
                                response.path("contentType").asString(),
                                response.path("body").asString()));
                Reply reply = call(sim, title, line.path("request"), protobuf);
                answered.add(title + ": " + shape(reply.status(), reply.contentType(), reply.body()));
            }
        }
        assertThat(answered).containsExactlyElementsOf(expected);
    }

    private static String ana() {
        return Tokens.with(Map.of(
                "sub", "u-1",
                "name", "Ana",
                "metadata", "m",
                "attributes", Map.of("agency", "ag1"),
                "video", Map.of("roomJoin", true, "room", "twirp-1")));
    }

    private static String shape(int status, String contentType, String body) {
        return status + " " + contentType + " " + Shape.withoutIdsAndTimes(body);
    }

    private static Reply call(LivekitSim sim, String title, JsonNode request, boolean protobuf) throws Exception {
        String path = request.path("path").asString();
        JsonNode body = request.path("body");
        String text = body.isString() ? body.asString() : body.toString();
        String contentType = request.path("contentType").asString();
        List<Message> messages = MESSAGES.getOrDefault(path.substring(path.lastIndexOf('/') + 1), List.of());
        boolean binary = protobuf && !messages.isEmpty() && contentType.equals("application/json");
        byte[] sent = text.getBytes(UTF_8);
        if (binary) {
            // Malformed is malformed in both encodings, with a word of its own for each.
            sent = title.equals("malformed json") ? new byte[] {(byte) 0xff} : encode(messages.getFirst(), text);
        }
        var call = HttpRequest.newBuilder(URI.create(sim.url() + path))
                .method(request.path("method").asString(), HttpRequest.BodyPublishers.ofByteArray(sent))
                .header("Content-Type", binary ? "application/protobuf" : contentType);
        String token = token(title, request.path("grant"));
        if (!token.isEmpty()) {
            call.header("Authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(call.build(), HttpResponse.BodyHandlers.ofByteArray());
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (type.equals("application/protobuf")) {
            Message answer = messages.getLast()
                    .newBuilderForType()
                    .mergeFrom(response.body())
                    .build();
            return new Reply(response.statusCode(), "application/json", GoJson.twirp(answer));
        }
        String answer = new String(response.body(), UTF_8);
        return new Reply(
                response.statusCode(),
                type,
                binary ? answer.replace("the protobuf request", "the json request") : answer);
    }

    private static byte[] encode(Message message, String json) throws IOException {
        Message.Builder builder = message.newBuilderForType();
        JsonFormat.parser().ignoringUnknownFields().merge(json, builder);
        return builder.build().toByteArray();
    }

    private static String token(String title, JsonNode grant) {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = new HashMap<>();
        claims.put("sub", "svc");
        claims.put("video", JsonMapper.shared().treeToValue(grant, Map.class));
        return switch (title) {
            case "no token" -> "";
            case "garbage token" -> "garbage";
            case "wrong secret" -> Tokens.sign("HS256", Map.of("iss", Tokens.API_KEY, "exp", now + 600), "another");
            case "expired token" -> Tokens.with(Map.of("exp", now - 61, "video", claims.get("video")));
            default -> Tokens.with(claims);
        };
    }
}
