package io.rollcall.sim.http;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import io.rollcall.sim.node.NoNodeException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.node.RefusedException;
import io.rollcall.sim.node.TwirpError;
import io.rollcall.sim.protocol.GoJson;
import io.rollcall.sim.tokens.Grants;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.MuteRoomTrackResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.SendDataResponse;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import livekit.LivekitRoom.UpdateSubscriptionsRequest;
import livekit.LivekitRoom.UpdateSubscriptionsResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code livekit.RoomService} over Twirp, in protobuf and in JSON, with the refusals of LiveKit 1.13.5. */
final class RoomApi {

    static final String PREFIX = "/twirp/livekit.RoomService/";
    private static final int LARGEST_BODY = 10 * 1024 * 1024;
    private static final JsonMapper STRICT = JsonMapper.builder()
            // What follows the request is not looked at.
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

    private final Node node;
    private final boolean askNode;
    private final Duration noNodeWait;
    private final Map<String, Method<?>> methods = Map.ofEntries(
            method("CreateRoom", CreateRoomRequest.getDefaultInstance(), this::createRoom),
            method("ListRooms", ListRoomsRequest.getDefaultInstance(), this::listRooms),
            method("DeleteRoom", DeleteRoomRequest.getDefaultInstance(), this::deleteRoom),
            method("ListParticipants", ListParticipantsRequest.getDefaultInstance(), this::listParticipants),
            method("GetParticipant", RoomParticipantIdentity.getDefaultInstance(), this::getParticipant),
            method("RemoveParticipant", RoomParticipantIdentity.getDefaultInstance(), this::removeParticipant),
            method("MutePublishedTrack", MuteRoomTrackRequest.getDefaultInstance(), this::mutePublishedTrack),
            method("UpdateParticipant", UpdateParticipantRequest.getDefaultInstance(), this::updateParticipant),
            method("UpdateSubscriptions", UpdateSubscriptionsRequest.getDefaultInstance(), this::updateSubscriptions),
            method("SendData", SendDataRequest.getDefaultInstance(), this::sendData),
            method("UpdateRoomMetadata", UpdateRoomMetadataRequest.getDefaultInstance(), this::updateRoomMetadata));

    RoomApi(Node node, boolean askNode, Duration noNodeWait) {
        this.node = node;
        this.askNode = askNode;
        this.noNodeWait = noNodeWait;
    }

    private record Method<Q extends Message>(Q request, Call<Q> call) {

        Message answer(byte[] body, boolean json, @Nullable Grants grants) {
            return call.answer(read(body, json), grants);
        }

        @SuppressWarnings("unchecked") // a builder builds what it was made from
        private Q read(byte[] body, boolean json) {
            Message.Builder builder = request.newBuilderForType();
            try {
                if (json) {
                    JsonNode tree = STRICT.readTree(body);
                    requireStrings(tree, request.getDescriptorForType());
                    JSON.merge(tree.toString(), builder);
                } else {
                    builder.mergeFrom(body);
                }
            } catch (InvalidProtocolBufferException | JacksonException e) {
                throw new RefusedException(
                        TwirpError.MALFORMED, "the " + (json ? "json" : "protobuf") + " request could not be decoded");
            }
            return (Q) builder.build();
        }
    }

    /** Go's decoder takes only strings for strings; Java's also makes some of numbers. */
    private static void requireStrings(JsonNode json, Descriptor message) throws InvalidProtocolBufferException {
        for (FieldDescriptor field : message.getFields()) {
            JsonNode value = json.has(field.getName()) ? json.get(field.getName()) : json.path(field.getJsonName());
            if (field.getJavaType() == FieldDescriptor.JavaType.STRING
                    && value.isValueNode()
                    && !value.isString()
                    && !value.isNull()) {
                throw new InvalidProtocolBufferException(field.getName() + " is no string");
            }
        }
    }

    private interface Call<Q> {
        Message answer(Q request, @Nullable Grants grants);
    }

    private static <Q extends Message> Map.Entry<String, Method<?>> method(String name, Q request, Call<Q> call) {
        return Map.entry(name, new Method<>(request, call));
    }

    /** Answers one call; {@code grants} is null when it came without a token. */
    Answer answer(HttpExchange exchange, @Nullable Grants grants) throws IOException, InterruptedException {
        try {
            Method<?> method = route(exchange);
            boolean json = speaksJson(exchange);
            byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
            if (body.length > LARGEST_BODY) {
                return Answer.text(413, "request body too large");
            }
            Message answer = method.answer(body, json, grants);
            return json ? Answer.json(200, GoJson.twirp(answer)) : Answer.protobuf(answer.toByteArray());
        } catch (NoNodeException e) {
            Thread.sleep(noNodeWait);
            return Answer.refusal(e.afterTheWait());
        } catch (RefusedException e) {
            return Answer.refusal(e);
        }
    }

    private Method<?> route(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        if (!exchange.getRequestMethod().equals("POST")) {
            throw badRoute(
                    exchange, "unsupported method \"" + exchange.getRequestMethod() + "\" (only POST is allowed)");
        }
        Method<?> method = methods.get(path.substring(PREFIX.length()));
        if (method == null) {
            throw badRoute(exchange, "no handler for path \"" + path + "\"");
        }
        return method;
    }

    private static boolean speaksJson(HttpExchange exchange) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String said = type == null ? "" : type;
        int parameters = said.indexOf(';');
        return switch ((parameters < 0 ? said : said.substring(0, parameters))
                .toLowerCase(Locale.ROOT)
                .strip()) {
            case Answer.JSON -> true;
            case Answer.PROTOBUF -> false;
            default -> throw badRoute(exchange, "unexpected Content-Type: \"" + said + "\"");
        };
    }

    private static RefusedException badRoute(HttpExchange exchange, String message) {
        return new RefusedException(
                TwirpError.BAD_ROUTE,
                message,
                Map.of(
                        "twirp_invalid_route",
                        exchange.getRequestMethod() + " "
                                + exchange.getRequestURI().getPath()));
    }

    private Message createRoom(CreateRoomRequest request, @Nullable Grants grants) {
        require(grants != null && grants.roomCreate());
        return node.createRoom(request);
    }

    private Message listRooms(ListRoomsRequest request, @Nullable Grants grants) {
        require(grants != null && grants.roomList());
        return ListRoomsResponse.newBuilder()
                .addAllRooms(node.listRooms(request.getNamesList()))
                .build();
    }

    private Message deleteRoom(DeleteRoomRequest request, @Nullable Grants grants) {
        require(grants != null && grants.roomCreate());
        node.deleteRoom(request.getRoom());
        return DeleteRoomResponse.getDefaultInstance();
    }

    private Message listParticipants(ListParticipantsRequest request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        try {
            return ListParticipantsResponse.newBuilder()
                    .addAllParticipants(node.participants(request.getRoom()))
                    .build();
        } catch (NoNodeException e) {
            if (askNode) {
                throw e;
            }
            return ListParticipantsResponse.getDefaultInstance();
        }
    }

    private Message getParticipant(RoomParticipantIdentity request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        try {
            return node.participant(request.getRoom(), request.getIdentity());
        } catch (NoNodeException e) {
            throw askNode ? e : RefusedException.participantNotFound();
        }
    }

    private Message removeParticipant(RoomParticipantIdentity request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        node.removeParticipant(request.getRoom(), request.getIdentity());
        return RemoveParticipantResponse.getDefaultInstance();
    }

    private Message mutePublishedTrack(MuteRoomTrackRequest request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        var response = MuteRoomTrackResponse.newBuilder();
        node.mute(request).ifPresent(response::setTrack);
        return response.build();
    }

    private Message updateParticipant(UpdateParticipantRequest request, @Nullable Grants grants) {
        node.checkUpdate(request);
        requireAdmin(grants, request.getRoom());
        return node.updateParticipant(request);
    }

    private Message updateSubscriptions(UpdateSubscriptionsRequest request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        node.updateSubscriptions(request.getRoom(), request.getIdentity());
        return UpdateSubscriptionsResponse.getDefaultInstance();
    }

    private Message sendData(SendDataRequest request, @Nullable Grants grants) {
        requireAdmin(grants, request.getRoom());
        int nonce = request.getNonce().size();
        if (nonce != 0 && nonce != 16) {
            throw new RefusedException(
                    TwirpError.INVALID_ARGUMENT, "nonce should be 16-bytes or not present, got: " + nonce + " bytes");
        }
        node.sendData(request.getRoom());
        return SendDataResponse.getDefaultInstance();
    }

    private Message updateRoomMetadata(UpdateRoomMetadataRequest request, @Nullable Grants grants) {
        node.checkMetadata(request.getMetadata());
        requireAdmin(grants, request.getRoom());
        return node.updateRoomMetadata(request.getRoom(), request.getMetadata());
    }

    private static void requireAdmin(@Nullable Grants grants, String room) {
        require(grants != null && grants.roomAdmin(room));
    }

    private static void require(boolean granted) {
        if (!granted) {
            throw new RefusedException(TwirpError.UNAUTHENTICATED, "permissions denied");
        }
    }
}
