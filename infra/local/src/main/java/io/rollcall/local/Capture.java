package io.rollcall.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deliveries recorded from a real LiveKit server, and the stories made of them: the same people and rooms again and
 * again, each time under ids of their own, so that no story is taken for the repetition of another.
 */
public final class Capture {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LIVEKIT_ID = Pattern.compile("(EV|RM|PA|TR)_[A-Za-z0-9]+");

    private final List<Delivery> deliveries;

    private Capture(List<Delivery> deliveries) {
        this.deliveries = deliveries;
    }

    /**
     * A recorded delivery.
     *
     * @param receivedAt when the receiver of the capture got it
     * @param authorization the token it came with
     * @param webhook what it said; its body is the exact text that was signed
     */
    public record Delivery(Instant receivedAt, String authorization, Webhook webhook) {}

    /** Reads the deliveries of several files, one after the other. */
    public static Capture read(List<Path> files) throws IOException {
        var deliveries = new ArrayList<Delivery>();
        for (Path file : files) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                try {
                    deliveries.add(delivery(JSON.readTree(line)));
                } catch (JacksonException | IllegalArgumentException e) {
                    throw new IOException(file + ", line " + number + ": not a recorded delivery of a webhook", e);
                }
            }
        }
        if (deliveries.isEmpty()) {
            throw new IOException("no deliveries in " + files);
        }
        return new Capture(List.copyOf(deliveries));
    }

    /** Everything that was recorded, in order, the repetitions of one webhook included. */
    public List<Delivery> deliveries() {
        return deliveries;
    }

    /** Every webhook once, at its first delivery. */
    public List<Delivery> firstDeliveries() {
        var ids = new HashSet<String>();
        return deliveries.stream()
                .filter(delivery -> ids.add(delivery.webhook().id()))
                .toList();
    }

    /** Every webhook once, as round {@code number}: in rooms of its own, the last event created at {@code now}. */
    public List<Webhook> round(int number, Instant now) {
        List<Delivery> told = firstDeliveries();
        long lastCreatedAt = told.stream()
                .mapToLong(delivery -> JSON.readTree(delivery.webhook().body())
                        .path("createdAt")
                        .asLong())
                .max()
                .orElseThrow();
        long shift = (now.getEpochSecond() - lastCreatedAt) * 1000;
        var retelling = new Retelling("-r" + number, "-r" + number, millis -> millis + shift);
        return told.stream().map(delivery -> retelling.of(delivery.webhook())).toList();
    }

    /**
     * How a story is told again.
     *
     * @param idSuffix put behind every id that LiveKit made: of events, rooms, participants and tracks
     * @param nameSuffix put behind the names of rooms; may be empty
     * @param time where a moment of the capture lies now, both in milliseconds since the epoch
     */
    public record Retelling(String idSuffix, String nameSuffix, LongUnaryOperator time) {

        /** The webhook as it is told now. */
        public Webhook of(Webhook webhook) {
            return of((ObjectNode) JSON.readTree(webhook.body()));
        }

        /** The webhook as it is told now, created when it is delivered: whole seconds cannot be stretched. */
        public Webhook ofDelivery(Delivery delivery) {
            var body = (ObjectNode) JSON.readTree(delivery.webhook().body());
            long deliveredAt = time.applyAsLong(delivery.receivedAt().toEpochMilli());
            Webhook told = of(body);
            put(body, "createdAt", Math.floorDiv(deliveredAt, 1000));
            return new Webhook(told.id(), told.event(), told.roomKey(), JSON.writeValueAsString(body));
        }

        private Webhook of(ObjectNode body) {
            rewrite(body);
            if (body.get("room") instanceof ObjectNode room
                    && !room.path("name").asString("").isEmpty()) {
                room.put("name", room.path("name").asString() + nameSuffix);
            }
            return webhook(JSON.writeValueAsString(body), body);
        }

        private void rewrite(ObjectNode node) {
            for (String field : List.copyOf(node.propertyNames())) {
                JsonNode value = node.get(field);
                if (value instanceof ObjectNode child) {
                    rewrite(child);
                    continue;
                }
                switch (field) {
                    case "createdAt", "creationTime", "joinedAt" ->
                        put(node, field, Math.floorDiv(time.applyAsLong(value.asLong() * 1000), 1000));
                    case "creationTimeMs", "joinedAtMs" -> put(node, field, time.applyAsLong(value.asLong()));
                    case "unixMicro" ->
                        put(node, field, time.applyAsLong(value.asLong() / 1000) * 1000 + value.asLong() % 1000);
                    default -> {
                        if (value.isString()
                                && LIVEKIT_ID.matcher(value.asString()).matches()) {
                            node.put(field, value.asString() + idSuffix);
                        }
                    }
                }
            }
        }

        /** LiveKit writes 64-bit numbers as strings. */
        private static void put(ObjectNode node, String field, long value) {
            node.put(field, Long.toString(value));
        }
    }

    private static Delivery delivery(JsonNode line) {
        String text = line.path("body").asString("");
        JsonNode body = JSON.readTree(text);
        if (!body.isObject() || body.path("event").asString("").isEmpty()) {
            throw new IllegalArgumentException("no event in the body");
        }
        return new Delivery(
                Instant.ofEpochMilli(line.path("receivedAtMs").asLong()),
                line.path("headers").path("authorization").asString(""),
                webhook(text, body));
    }

    private static Webhook webhook(String text, JsonNode body) {
        JsonNode room = body.path("room");
        String name = room.path("name").asString("");
        return new Webhook(
                body.path("id").asString(""),
                body.path("event").asString(),
                name.isEmpty() ? room.path("sid").asString("") : name,
                text);
    }
}
