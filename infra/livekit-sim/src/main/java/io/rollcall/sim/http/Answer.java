package io.rollcall.sim.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.rollcall.sim.node.RefusedException;
import io.rollcall.sim.protocol.GoJson;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is answered to a request. */
@SuppressWarnings("ArrayRecordComponent") // sent and never compared
record Answer(int status, String contentType, byte[] body) {

    static final String JSON = "application/json";
    static final String PROTOBUF = "application/protobuf";

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text.getBytes(UTF_8));
    }

    static Answer json(int status, String json) {
        return new Answer(status, JSON, json.getBytes(UTF_8));
    }

    static Answer protobuf(byte[] message) {
        return new Answer(200, PROTOBUF, message);
    }

    /** An error in Twirp's form; also callers that speak protobuf get it as JSON. */
    static Answer refusal(RefusedException refused) {
        String body = "{\"code\":" + GoJson.string(refused.error().code()) + ",\"msg\":"
                + GoJson.string(String.valueOf(refused.getMessage())) + meta(refused.meta()) + "}";
        return json(refused.error().status(), body);
    }

    private static String meta(Map<String, String> meta) {
        if (meta.isEmpty()) {
            return "";
        }
        return new TreeMap<>(meta)
                .entrySet().stream()
                        .map(entry -> GoJson.string(entry.getKey()) + ":" + GoJson.string(entry.getValue()))
                        .collect(Collectors.joining(",", ",\"meta\":{", "}"));
    }

    void send(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }
}
