package io.rollcall.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deliveries recorded from a real LiveKit server, and the rounds made of them: the same story again and again, each
 * time in rooms of its own, told as if it had just ended.
 */
final class Capture {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LIVEKIT_ID = Pattern.compile("(EV|RM|PA|TR)_[A-Za-z0-9]+");
    private static final Pattern MILLISECONDS = Pattern.compile("creationTimeMs|joinedAtMs");
    private static final Pattern SECONDS = Pattern.compile("createdAt|creationTime|joinedAt");

    private final List<ObjectNode> bodies;
    private final long lastCreatedAt;

    private Capture(List<ObjectNode> bodies) {
        this.bodies = bodies;
        this.lastCreatedAt = bodies.stream()
                .mapToLong(body -> body.path("createdAt").asLong())
                .max()
                .orElseThrow(() -> new IllegalArgumentException("the capture is empty"));
    }

    /** Reads the deliveries of several files in order; a delivery that was repeated in the capture counts once. */
    static Capture read(List<Path> files) throws IOException {
        var bodies = new ArrayList<ObjectNode>();
        var ids = new HashSet<String>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                var body = (ObjectNode)
                        JSON.readTree(JSON.readTree(line).path("body").asString());
                if (ids.add(body.path("id").asString())) {
                    bodies.add(body);
                }
            }
        }
        return new Capture(List.copyOf(bodies));
    }

    /** The capture as round {@code number}, its last event created at {@code now}. */
    List<Webhook> round(int number, Instant now) {
        long shiftSeconds = now.getEpochSecond() - lastCreatedAt;
        return bodies.stream()
                .map(body -> webhook(body.deepCopy(), number, shiftSeconds))
                .toList();
    }

    private static Webhook webhook(ObjectNode body, int number, long shiftSeconds) {
        rewrite(body, "-r" + number, shiftSeconds);
        if (body.get("room") instanceof ObjectNode room
                && !room.path("name").asString("").isEmpty()) {
            room.put("name", room.path("name").asString() + "-r" + number);
        }
        JsonNode room = body.path("room");
        String name = room.path("name").asString("");
        return new Webhook(
                body.path("id").asString(),
                body.path("event").asString(),
                name.isEmpty() ? room.path("sid").asString() : name,
                JSON.writeValueAsString(body));
    }

    private static void rewrite(ObjectNode node, String suffix, long shiftSeconds) {
        for (String field : List.copyOf(node.propertyNames())) {
            switch (node.get(field)) {
                case ObjectNode child -> rewrite(child, suffix, shiftSeconds);
                case JsonNode value
                when MILLISECONDS.matcher(field).matches() ->
                    node.put(field, Long.toString(value.asLong() + shiftSeconds * 1000));
                case JsonNode value
                when SECONDS.matcher(field).matches() -> node.put(field, Long.toString(value.asLong() + shiftSeconds));
                case JsonNode value
                when value.isString() && LIVEKIT_ID.matcher(value.asString()).matches() ->
                    node.put(field, value.asString() + suffix);
                case JsonNode _ -> {}
            }
        }
    }
}
