package io.rollcall.gateway.protocol;

import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Connect;
import io.rollcall.gateway.protocol.Command.History;
import io.rollcall.gateway.protocol.Command.Malformed;
import io.rollcall.gateway.protocol.Command.Ping;
import io.rollcall.gateway.protocol.Command.Pong;
import io.rollcall.gateway.protocol.Command.Presence;
import io.rollcall.gateway.protocol.Command.PresenceStats;
import io.rollcall.gateway.protocol.Command.Publish;
import io.rollcall.gateway.protocol.Command.Refresh;
import io.rollcall.gateway.protocol.Command.Resume;
import io.rollcall.gateway.protocol.Command.Rpc;
import io.rollcall.gateway.protocol.Command.Send;
import io.rollcall.gateway.protocol.Command.SubRefresh;
import io.rollcall.gateway.protocol.Command.Subscribe;
import io.rollcall.gateway.protocol.Command.Unsubscribe;
import io.rollcall.kit.web.OutsideJson;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the commands of one frame of JSON. Whatever is sent, it answers with commands; what is not one becomes
 * {@link Malformed} and ends the list.
 */
public final class CommandReader {

    private static final long MAX_ID = 0xFFFF_FFFFL;
    private static final BigInteger MAX_OFFSET = BigInteger.valueOf(Long.MAX_VALUE);

    private static final JsonFactory JSON = OutsideJson.factory();

    private CommandReader() {}

    /** Never empty: an empty frame is malformed too. */
    public static List<Command> read(byte[] bytes, int offset, int length) {
        List<Command> commands = new ArrayList<>(4);
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                commands.add(command(json));
            }
        } catch (JacksonException | NotACommand e) {
            commands.add(new Malformed());
        }
        return commands.isEmpty() ? List.of(new Malformed()) : commands;
    }

    private static Command command(JsonParser json) throws NotACommand {
        expect(json, JsonToken.START_OBJECT);
        long id = 0;
        Fields request = null;
        String method = "";
        boolean empty = true;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            empty = false;
            if (name.equals("id")) {
                id = id(json);
            } else if (request == null) {
                method = name;
                request = fields(json, name);
            } else {
                throw new NotACommand();
            }
        }
        if (empty) {
            return new Pong();
        }
        if (request == null || (id == 0 && !method.equals("send"))) {
            throw new NotACommand();
        }
        return request.toCommand(id);
    }

    private static Fields fields(JsonParser json, String method) throws NotACommand {
        expect(json, JsonToken.START_OBJECT);
        var fields = new Fields(method);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "channel" -> fields.channel = string(json);
                case "token" -> fields.token = string(json);
                case "recover" -> fields.recover = bool(json);
                case "epoch" -> fields.epoch = string(json);
                case "offset" -> fields.offset = unsigned(json);
                case "flag" -> fields.flag = unsigned(json);
                case "limit" -> fields.limit = signed(json);
                case "reverse" -> fields.reverse = bool(json);
                case "since" -> fields.since = since(json);
                case "subs" -> fields.subs = subs(json);
                case "data" -> {
                    fields.hasData = json.currentToken() != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
        return fields;
    }

    private static Map<String, Resume> subs(JsonParser json) throws NotACommand {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        expect(json, JsonToken.START_OBJECT);
        Map<String, Resume> subs = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String channel = json.currentName();
            json.nextToken();
            Fields fields = fields(json, "subscribe");
            subs.put(channel, fields.resume());
        }
        return subs;
    }

    private static @Nullable StreamPosition since(JsonParser json) throws NotACommand {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        Fields fields = fields(json, "since");
        return new StreamPosition(fields.epoch, fields.offset);
    }

    private static String string(JsonParser json) throws NotACommand {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return "";
        }
        expect(json, JsonToken.VALUE_STRING);
        return json.getString();
    }

    private static boolean bool(JsonParser json) throws NotACommand {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            case null, default -> throw new NotACommand();
        };
    }

    private static long id(JsonParser json) throws NotACommand {
        long id = unsigned(json);
        if (id > MAX_ID) {
            throw new NotACommand();
        }
        return id;
    }

    /** An unsigned number of 64 bits; what a long cannot hold is further than any stream goes. */
    private static long unsigned(JsonParser json) throws NotACommand {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return 0;
        }
        expect(json, JsonToken.VALUE_NUMBER_INT);
        BigInteger number = json.getBigIntegerValue();
        if (number.signum() < 0) {
            throw new NotACommand();
        }
        return number.min(MAX_OFFSET).longValueExact();
    }

    private static int signed(JsonParser json) throws NotACommand {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return 0;
        }
        expect(json, JsonToken.VALUE_NUMBER_INT);
        return json.getBigIntegerValue()
                .min(BigInteger.valueOf(Integer.MAX_VALUE))
                .max(BigInteger.valueOf(Integer.MIN_VALUE))
                .intValueExact();
    }

    private static void expect(JsonParser json, JsonToken token) throws NotACommand {
        if (json.currentToken() != token) {
            throw new NotACommand();
        }
    }

    /** The fields of any request; the ones that a method does not have are read over. */
    private static final class Fields {
        /** Bit 2 of {@code flag}: rather error 112 than a hole. */
        private static final long REJECT_UNRECOVERABLE = 2;

        private final String method;
        private String channel = "";
        private String token = "";
        private boolean recover;
        private String epoch = "";
        private long offset;
        private long flag;
        private int limit;
        private boolean reverse;
        private boolean hasData;
        private @Nullable StreamPosition since;
        private Map<String, Resume> subs = Map.of();

        private Fields(String method) {
            this.method = method;
        }

        private Command toCommand(long id) throws NotACommand {
            return switch (method) {
                case "connect" -> new Connect(id, token, subs);
                case "subscribe" -> new Subscribe(id, named(), token, resume(), (flag & REJECT_UNRECOVERABLE) != 0);
                case "unsubscribe" -> new Unsubscribe(id, named());
                case "publish" -> new Publish(id, named(), hasData);
                case "presence" -> new Presence(id, named());
                case "presence_stats" -> new PresenceStats(id, named());
                case "history" -> new History(id, named(), limit, since, reverse);
                case "ping" -> new Ping(id);
                case "send" -> new Send(id);
                case "rpc" -> new Rpc(id);
                case "refresh" -> new Refresh(id, token);
                case "sub_refresh" -> new SubRefresh(id, named(), token);
                default -> throw new NotACommand();
            };
        }

        private String named() throws NotACommand {
            if (channel.isEmpty()) {
                throw new NotACommand();
            }
            return channel;
        }

        private Resume resume() {
            return recover ? new Resume(true, new StreamPosition(epoch, offset)) : Resume.ANEW;
        }
    }

    private static final class NotACommand extends Exception {
        private static final long serialVersionUID = 1L;

        private NotACommand() {
            super(null, null, false, false);
        }
    }
}
