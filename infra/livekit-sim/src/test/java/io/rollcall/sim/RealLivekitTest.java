package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.rollcall.sim.protocol.GoJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Beside a real server: the same requests to both, also such as nobody recorded, are answered the same. */
class RealLivekitTest {

    private static final String SERVICE = "/twirp/livekit.RoomService/";
    private static final String JSON = "application/json";
    private static final String PROTOBUF = "application/protobuf";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<Call> calls = new ArrayList<>();

    @TempDir
    private Path folder;

    /** A request, and what its answer is in protobuf. */
    @SuppressWarnings("ArrayRecordComponent") // sent and never compared
    private record Call(
            String title,
            String method,
            String path,
            @Nullable String authorization,
            @Nullable String contentType,
            byte[] body,
            Message answer) {}

    @Test
    void bothAnswerEverythingTheSame() throws Exception {
        Optional<Path> program = RealLivekit.program();
        assumeThat(program)
                .as("skipped: there is no livekit-server on the PATH to compare livekit-sim with")
                .isPresent();
        prepare();

        try (RealLivekit livekit = RealLivekit.start(program.orElseThrow(), folder);
                LivekitSim sim = LivekitSim.start(Settings.quiet());
                var both = Executors.newVirtualThreadPerTaskExecutor()) {
            // At the same time, for some answers take three seconds, with either.
            Future<List<String>> expected = both.submit(() -> answers(livekit.url()));
            Future<List<String>> answered = both.submit(() -> answers(sim.url()));

            assertThat(answered.get()).containsExactlyElementsOf(expected.get());
        }
    }

    private List<String> answers(URI server) throws IOException, InterruptedException {
        List<String> answers = new ArrayList<>();
        for (Call call : calls) {
            answers.add(call.title() + ": " + answer(server, call));
        }
        return answers;
    }

    private void prepare() {
        String create = granting(Map.of("roomCreate", true));
        String list = granting(Map.of("roomList", true));
        String admin = granting(Map.of("roomAdmin", true, "room", "a"));
        String adminOfNone = granting(Map.of("roomAdmin", true, "room", "none"));

        json("create", "CreateRoom", create, "{\"name\":\"a\",\"emptyTimeout\":60,\"metadata\":\"<&>\\u00e9\\u2028\"}");
        json("create again", "CreateRoom", create, "{\"name\":\"a\",\"metadata\":\"other\"}");
        json("name too long", "CreateRoom", create, "{\"name\":\"" + "x".repeat(257) + "\"}");
        json("longest name", "CreateRoom", create, "{\"name\":\"" + "x".repeat(256) + "\"}");
        json("delete it", "DeleteRoom", create, "{\"room\":\"" + "x".repeat(256) + "\"}");
        json(
                "metadata too large",
                "CreateRoom",
                create,
                "{\"name\":\"b\",\"metadata\":\"" + "x".repeat(524289) + "\"}");
        json("a number as text", "CreateRoom", create, "{\"name\":\"a\",\"emptyTimeout\":\"60\"}");
        json("a negative number", "CreateRoom", create, "{\"name\":\"a\",\"emptyTimeout\":-1}");
        json("a name that is none", "CreateRoom", create, "{\"name\":7}");
        json("an array", "CreateRoom", create, "[]");
        json("nothing", "ListRooms", list, "");
        json("null", "ListRooms", list, "null");
        json("more behind it", "ListRooms", list, "{} x");
        json("unknown preset", "CreateRoom", create, "{\"name\":\"c\",\"roomPreset\":\"none\"}");
        json("participants", "ListParticipants", admin, "{\"room\":\"a\"}");
        json("participants of none", "ListParticipants", adminOfNone, "{\"room\":\"none\"}");
        json("participant of none", "GetParticipant", adminOfNone, "{\"room\":\"none\",\"identity\":\"u\"}");
        json("nobody", "GetParticipant", admin, "{\"room\":\"a\",\"identity\":\"u\"}");
        json("remove nobody", "RemoveParticipant", admin, "{\"room\":\"a\",\"identity\":\"u\"}");
        json("remove from none", "RemoveParticipant", adminOfNone, "{\"room\":\"none\",\"identity\":\"u\"}");
        json("update nobody", "UpdateParticipant", admin, "{\"room\":\"a\",\"identity\":\"u\"}");
        json(
                "update with too long a name",
                "UpdateParticipant",
                admin,
                "{\"room\":\"a\",\"identity\":\"u\",\"name\":\"" + "x".repeat(257) + "\"}");
        json(
                "update with attributes too large",
                "UpdateParticipant",
                list,
                "{\"room\":\"a\",\"attributes\":{\"k\":\"" + "x".repeat(65536) + "\"}}");
        json("mute nobody", "MutePublishedTrack", admin, "{\"room\":\"a\",\"identity\":\"u\",\"trackSid\":\"TR_1\"}");
        json("subscriptions of nobody", "UpdateSubscriptions", admin, "{\"room\":\"a\",\"identity\":\"u\"}");
        json("metadata of none", "UpdateRoomMetadata", adminOfNone, "{\"room\":\"none\",\"metadata\":\"m\"}");
        json("metadata", "UpdateRoomMetadata", admin, "{\"room\":\"a\",\"metadata\":\"m\"}");
        json("data to none", "SendData", adminOfNone, "{\"room\":\"none\",\"data\":\"aGk=\"}");
        json("data with a bad nonce", "SendData", admin, "{\"room\":\"a\",\"nonce\":\"aGk=\"}");
        json("data", "SendData", admin, "{\"room\":\"a\",\"data\":\"aGk=\"}");
        json("metadata without the grant", "UpdateRoomMetadata", list, "{\"room\":\"a\",\"metadata\":\"m\"}");
        json("list without the grant", "ListRooms", create, "{}");
        json("delete without the grant", "DeleteRoom", list, "{\"room\":\"a\"}");

        protobuf(
                "list",
                "ListRooms",
                list,
                ListRoomsRequest.getDefaultInstance(),
                ListRoomsResponse.getDefaultInstance());
        protobuf(
                "create",
                "CreateRoom",
                create,
                CreateRoomRequest.newBuilder()
                        .setName("b")
                        .setMaxParticipants(3)
                        .build(),
                Room.getDefaultInstance());
        protobuf(
                "participants",
                "ListParticipants",
                admin,
                ListParticipantsRequest.newBuilder().setRoom("a").build(),
                ListParticipantsResponse.getDefaultInstance());
        protobuf(
                "delete",
                "DeleteRoom",
                create,
                DeleteRoomRequest.newBuilder().setRoom("b").build(),
                DeleteRoomResponse.getDefaultInstance());
        protobuf(
                "delete again",
                "DeleteRoom",
                create,
                DeleteRoomRequest.newBuilder().setRoom("b").build(),
                DeleteRoomResponse.getDefaultInstance());
        call("malformed protobuf", "POST", SERVICE + "ListRooms", list, PROTOBUF, new byte[] {(byte) 0xff});
        call("empty protobuf", "POST", SERVICE + "ListRooms", list, PROTOBUF, new byte[0]);

        call("type with charset", "POST", SERVICE + "ListRooms", list, "Application/JSON; charset=utf-8", bytes("{}"));
        call("no type", "POST", SERVICE + "ListRooms", list, null, bytes("{}"));
        call("another method", "PUT", SERVICE + "ListRooms", list, JSON, bytes("{}"));
        call("another service", "POST", "/twirp/livekit.Nothing/ListRooms", list, JSON, bytes("{}"));
        call("no method", "POST", SERVICE, list, JSON, bytes("{}"));
        call("another path", "GET", "/nothing", null, null, new byte[0]);
        call("no bearer", "POST", SERVICE + "ListRooms", "Basic abc", JSON, bytes("{}"));
        call("empty bearer", "POST", SERVICE + "ListRooms", "Bearer ", JSON, bytes("{}"));
        call(
                "bearer in the query",
                "POST",
                SERVICE + "ListRooms?access_token=" + list.substring(7),
                null,
                JSON,
                bytes("{}"));
        tokens();
        validations();
    }

    private void tokens() {
        long now = Instant.now().getEpochSecond();
        Map<String, ?> video = Map.of("roomList", true);
        Map<String, ?> good = Map.of("iss", Tokens.API_KEY, "exp", now + 600, "video", video);
        token("two parts", "a.b");
        token("no json", "YQ.YQ.YQ");
        token("unknown key", Tokens.sign("HS256", Map.of("iss", "other", "exp", now + 600), Tokens.SECRET));
        token("no key", Tokens.sign("HS256", Map.of("exp", now + 600), Tokens.SECRET));
        token("another algorithm", Tokens.sign("HS512", good, Tokens.SECRET));
        token("no algorithm", Tokens.sign("none", good, Tokens.SECRET));
        token("unknown algorithm", Tokens.sign("XY", good, Tokens.SECRET));
        token("no end", Tokens.sign("HS256", Map.of("iss", Tokens.API_KEY, "video", video), Tokens.SECRET));
        token("within the leeway", Tokens.with(Map.of("exp", now - 30, "video", video)));
        token("not yet, within the leeway", Tokens.with(Map.of("nbf", now + 30, "video", video)));
        token("not yet", Tokens.with(Map.of("nbf", now + 120, "video", video)));
        token("neither", Tokens.with(Map.of("nbf", now + 120, "exp", now - 120, "video", video)));
        token("made in the future", Tokens.with(Map.of("iat", now + 120, "video", video)));
        token("no grants", Tokens.with(Map.of()));
    }

    private void validations() {
        validation("may join", Tokens.joining("a", "u"));
        validation("no such room", Tokens.joining("none", "u"));
        validation(
                "room of one's own making",
                Tokens.with(Map.of("sub", "u", "video", Map.of("roomJoin", true, "roomCreate", true, "room", "none"))));
        validation("any room", Tokens.joining("", "u"));
        validation("nobody", Tokens.joining("a", ""));
        validation("too long an identity", Tokens.joining("a", "x".repeat(257)));
        validation("too long a room", Tokens.joining("x".repeat(257), "u"));
        validation("no join", Tokens.granting(Map.of("roomList", true)));
        validation("no token", "");
    }

    private void validation(String title, String token) {
        call("validate: " + title, "GET", "/rtc/validate?access_token=" + token, null, null, new byte[0]);
    }

    private void token(String title, String token) {
        call(
                "token: " + title,
                "POST",
                SERVICE + "ListRooms",
                "Bearer " + token,
                JSON,
                bytes("{\"names\":[\"none\"]}"));
    }

    private void json(String title, String method, String authorization, String body) {
        call(title, "POST", SERVICE + method, authorization, JSON, bytes(body));
    }

    private void protobuf(String title, String method, String authorization, Message body, Message answer) {
        calls.add(new Call(
                title + " in protobuf", "POST", SERVICE + method, authorization, PROTOBUF, body.toByteArray(), answer));
    }

    private void call(
            String title,
            String method,
            String path,
            @Nullable String authorization,
            @Nullable String contentType,
            byte[] body) {
        calls.add(new Call(
                title, method, path, authorization, contentType, body, ListRoomsResponse.getDefaultInstance()));
    }

    private static String granting(Map<String, ?> video) {
        return "Bearer " + Tokens.granting(video);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String answer(URI server, Call call) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server + call.path()))
                .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()));
        if (call.authorization() != null) {
            request.header("Authorization", call.authorization());
        }
        if (call.contentType() != null) {
            request.header("Content-Type", call.contentType());
        }
        HttpResponse<byte[]> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        String type = response.headers().firstValue("Content-Type").orElse("");
        return response.statusCode() + " " + type + " " + Shape.withoutIdsAndTimes(text(call, type, response.body()));
    }

    private static String text(Call call, String type, byte[] body) throws InvalidProtocolBufferException {
        if (type.equals(PROTOBUF)) {
            return sorted(GoJson.twirp(
                    call.answer().newBuilderForType().mergeFrom(body).build()));
        }
        // Every build of LiveKit has a spacing of its own; rooms come in no order.
        return type.equals(JSON) ? sorted(new String(body, UTF_8)) : new String(body, UTF_8);
    }

    private static String sorted(String json) {
        var tree = JsonMapper.shared().readTree(json);
        List<String> rooms = tree.path("rooms")
                .valueStream()
                .map(room -> Shape.withoutIdsAndTimes(room.toString()))
                .sorted()
                .toList();
        return tree.has("rooms") ? rooms.toString() : tree.toString();
    }
}
