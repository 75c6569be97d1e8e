package io.rollcall.session.livekit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.LivekitCalls.Answer;
import io.rollcall.session.livekit.LivekitCalls.Asked;
import io.rollcall.session.livekit.domain.ListedParticipant;
import io.rollcall.session.livekit.domain.ListedRoom;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
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
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * LiveKit's room API, asked without a waiting thread: every call ends, within its time-out and the time it stood in
 * line, with an answer or a {@link RoomApiException}. What follows in the future runs on the thread that read the
 * answer and may wait.
 *
 * <p>Speaks protobuf with the messages of LiveKit's SDK but not through its {@code RoomServiceClient}: that one mints a
 * token for six hours with every call, and leaves the reading of errors to its caller all the same.
 */
public final class RoomApi implements AutoCloseable {

    private static final MediaType PROTOBUF = MediaType.get("application/protobuf");
    private static final String VALIDATE = "Validate";

    /** What LiveKit says in plain text instead of Twirp's JSON; any other plain text is somebody else's. */
    private static final Map<Integer, String> PLAIN_ERRORS =
            Map.of(401, "unauthenticated", 403, "permission_denied", 413, "too_large", 429, "resource_exhausted");

    private static final Pattern CODE = Pattern.compile("[a-z_]{1,40}");

    /** Nobody makes a room of this name. */
    private static final String NO_ROOM = "rollcall: no such room";

    private final HttpUrl base;
    private final ServerTokens tokens;
    private final LivekitCalls calls;
    private final JsonMapper json = new JsonMapper();

    /** A client of the LiveKit that is set. */
    public RoomApi(SessionApiProperties.Livekit livekit, InstantSource clock, MeterRegistry meters) {
        this(livekit, clock, meters, Duration.ofSeconds(5));
    }

    RoomApi(SessionApiProperties.Livekit livekit, InstantSource clock, MeterRegistry meters, Duration breakerWait) {
        this.base = http(livekit.url());
        this.tokens = new ServerTokens(livekit, clock);
        this.calls = new LivekitCalls(livekit, meters, breakerWait);
    }

    /** Makes a room that stays as long as LiveKit's own default when the last has left. */
    public CompletableFuture<ListedRoom> createRoom(String name, Duration emptyTimeout) {
        return createRoom(name, emptyTimeout, Duration.ZERO);
    }

    /**
     * Makes a room; one of this name that is there already stays as it is, and is the answer.
     *
     * @param name not empty: LiveKit would take that, and make a room that nobody can name
     * @param emptyTimeout how long it stays when nobody comes; whole seconds, at least one
     * @param departureTimeout how long it stays when the last has left; LiveKit's own default when this is zero
     */
    public CompletableFuture<ListedRoom> createRoom(String name, Duration emptyTimeout, Duration departureTimeout) {
        var request = CreateRoomRequest.newBuilder()
                .setName(given("name", name))
                .setEmptyTimeout((int) Math.max(1, emptyTimeout.toSeconds()))
                .setDepartureTimeout((int) departureTimeout.toSeconds())
                .build();
        return call("CreateRoom", Asked.LIVEKIT, tokens.create(), request, Room.parser())
                .thenApply(RoomMapper::room);
    }

    /** Ends a room and puts out whoever is in it; also done when there is none. */
    public CompletableFuture<Void> deleteRoom(String name) {
        var request =
                DeleteRoomRequest.newBuilder().setRoom(given("name", name)).build();
        return goneIsDone(call("DeleteRoom", Asked.LIVEKIT, tokens.create(), request, DeleteRoomResponse.parser()));
    }

    /** All rooms there are. */
    public CompletableFuture<List<ListedRoom>> listRooms() {
        return call(
                        "ListRooms",
                        Asked.LIVEKIT,
                        tokens.list(),
                        ListRoomsRequest.getDefaultInstance(),
                        ListRoomsResponse.parser())
                .thenApply(answer ->
                        answer.getRoomsList().stream().map(RoomMapper::room).toList());
    }

    /**
     * Who is in a room. Ask for a listed one only: of any other LiveKit says, by its settings, after three seconds that
     * nobody answers or at once that it is empty.
     *
     * @param room its name; empty for the room that has none
     */
    public CompletableFuture<List<ListedParticipant>> listParticipants(String room) {
        var request = ListParticipantsRequest.newBuilder().setRoom(room).build();
        return call("ListParticipants", Asked.A_ROOM, tokens.admin(room), request, ListParticipantsResponse.parser())
                .thenApply(answer -> answer.getParticipantsList().stream()
                        .map(RoomMapper::participant)
                        .toList());
    }

    /** Puts somebody out; also done when there is nobody. Their token still opens the room until it ends. */
    public CompletableFuture<Void> removeParticipant(String room, String identity) {
        var request = RoomParticipantIdentity.newBuilder()
                .setRoom(given("room", room))
                .setIdentity(given("identity", identity))
                .build();
        return goneIsDone(call(
                "RemoveParticipant", Asked.A_ROOM, tokens.admin(room), request, RemoveParticipantResponse.parser()));
    }

    /**
     * Whether LiveKit makes a room by itself when somebody comes to one that is not there ({@code room.auto_create}): it
     * is asked to check a token for such a room, which makes nothing. Empty when the answer tells neither.
     */
    CompletableFuture<Optional<Boolean>> makesRoomsByItself() {
        Request request = new Request.Builder()
                .url(base.newBuilder().addPathSegments("rtc/validate").build())
                .header("Authorization", "Bearer " + tokens.join(NO_ROOM))
                .build();
        return calls.send(VALIDATE, Asked.LIVEKIT, request, RoomApi::madeByItself);
    }

    private static Optional<Boolean> madeByItself(Answer answer) {
        String text = answer.body().utf8();
        if (answer.status() == 200 && text.equals("success")) {
            return Optional.of(true);
        }
        if (answer.status() == 404 && text.contains("room does not exist")) {
            return Optional.of(false);
        }
        if (answer.status() == 401) {
            throw RoomApiException.refused(VALIDATE, "unauthenticated");
        }
        if (answer.status() >= 500) {
            throw RoomApiException.notLivekit(VALIDATE, answer.status());
        }
        return Optional.empty();
    }

    /** Why LiveKit cannot be used just now, as the last calls tell; null when it can. */
    public @Nullable RoomApiException trouble() {
        return calls.trouble();
    }

    private <A extends MessageLite> CompletableFuture<A> call(
            String method, Asked asked, String token, MessageLite question, Parser<A> parser) {
        Request request = new Request.Builder()
                .url(base.newBuilder()
                        .addPathSegments("twirp/livekit.RoomService")
                        .addPathSegment(method)
                        .build())
                .header("Authorization", "Bearer " + token)
                .post(RequestBody.create(question.toByteArray(), PROTOBUF))
                .build();
        return calls.send(method, asked, request, answer -> read(method, answer, parser));
    }

    private <A> A read(String method, Answer answer, Parser<A> parser) {
        if (answer.status() != 200) {
            throw error(method, answer);
        }
        try {
            if (answer.contentType().startsWith("application/protobuf")) {
                return parser.parseFrom(answer.body().toByteArray());
            }
        } catch (InvalidProtocolBufferException e) {
            // a web page, say, of whatever stands at that address
        }
        throw RoomApiException.notLivekit(method, answer.status());
    }

    /** LiveKit's texts are not told: one of them holds the token that it refused. */
    private RoomApiException error(String method, Answer answer) {
        String code = answer.contentType().startsWith("application/json")
                ? twirpCode(answer.body().utf8())
                : PLAIN_ERRORS.get(answer.status());
        return code == null
                ? RoomApiException.notLivekit(method, answer.status())
                : RoomApiException.refused(method, code);
    }

    private @Nullable String twirpCode(String body) {
        try {
            String code = json.readTree(body).path("code").asString("");
            return CODE.matcher(code).matches() ? code : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static CompletableFuture<Void> goneIsDone(CompletableFuture<? extends MessageLite> call) {
        return call.<Void>thenApply(done -> null).exceptionallyCompose(e -> {
            RoomApiException failure = RoomApiException.of(e);
            return failure.isRefusal("not_found")
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(failure);
        });
    }

    private static String given(String what, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an empty " + what + " is no " + what);
        }
        return value;
    }

    private static HttpUrl http(URI url) {
        String text = url.toString();
        String scheme = text.substring(0, text.indexOf(':')).toLowerCase(Locale.ROOT);
        return HttpUrl.get(
                switch (scheme) {
                    case "ws" -> "http" + text.substring(scheme.length());
                    case "wss" -> "https" + text.substring(scheme.length());
                    default -> text;
                });
    }

    @Override
    public void close() {
        calls.close();
    }
}
