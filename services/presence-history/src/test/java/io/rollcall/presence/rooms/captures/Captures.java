package io.rollcall.presence.rooms.captures;

import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The captures as records of livekit-events, in the orders in which they may arrive. */
public final class Captures {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FOLDER = Path.of("..", "..", "infra", "captures");

    private Captures() {}

    /**
     * A record to be.
     *
     * @param at its timestamp
     */
    public record Delivery(String key, LivekitEvent event, Instant at) {}

    /** Twelve rooms of everything that happens, and a room that lost its node. */
    public static List<Delivery> scenarios() {
        return read("webhooks-scenarios.ndjson");
    }

    /** Sixty rooms, four at a time. */
    public static List<Delivery> volume() {
        return read("webhooks-volume.ndjson");
    }

    /** Every delivery twice, the copies some way behind. */
    public static List<Delivery> doubled(List<Delivery> deliveries) {
        List<Delivery> doubled = new ArrayList<>();
        for (int i = 0; i < deliveries.size(); i++) {
            doubled.add(deliveries.get(i));
            if (i >= 3) {
                doubled.add(deliveries.get(i - 3));
            }
        }
        doubled.addAll(deliveries.subList(Math.max(0, deliveries.size() - 3), deliveries.size()));
        return doubled;
    }

    /** Another order of the rooms; within a room the order stands. */
    public static List<Delivery> interleaved(List<Delivery> deliveries, long seed) {
        Map<String, List<Delivery>> rooms = new LinkedHashMap<>();
        deliveries.forEach(delivery ->
                rooms.computeIfAbsent(delivery.key(), _ -> new ArrayList<>()).add(delivery));
        List<List<Delivery>> queues = new ArrayList<>(rooms.values());
        var random = new Random(seed);
        List<Delivery> interleaved = new ArrayList<>();
        while (!queues.isEmpty()) {
            List<Delivery> queue = queues.get(random.nextInt(queues.size()));
            interleaved.add(queue.removeFirst());
            queues.removeIf(List::isEmpty);
        }
        return interleaved;
    }

    private static List<Delivery> read(String file) {
        try (var lines = Files.lines(FOLDER.resolve(file))) {
            return lines.map(JSON::readTree)
                    .sorted(Comparator.comparingLong(line -> line.path("seq").asLong()))
                    .map(Captures::delivery)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Delivery delivery(JsonNode line) {
        JsonNode body = JSON.readTree(line.path("body").asString());
        Instant receivedAt = Instant.ofEpochMilli(line.path("receivedAtMs").asLong());
        String name = body.path("room").path("name").asString("");
        String sid = body.path("room").path("sid").asString("");
        var event = new LivekitEvent();
        event.setId(
                "0190a3c4-7b00-7000-8000-" + "%012d".formatted(line.path("seq").asLong()));
        event.setOccurredAt(Instant.ofEpochSecond(body.path("createdAt").asLong()));
        event.setReceivedAt(receivedAt);
        event.setSource(EventSource.WEBHOOK);
        event.setCorrelationId("request-" + line.path("seq").asLong());
        event.setLivekitEventId(body.path("id").asString(""));
        event.setEvent(body.path("event").asString(""));
        event.setRoomName(name);
        event.setRoomSid(sid);
        event.setParticipantSid(body.path("participant").path("sid").asString(""));
        event.setIdentity(body.path("participant").path("identity").asString(""));
        event.setApiKey("devkey");
        event.setPayload(line.path("body").asString());
        return new Delivery(name.isEmpty() ? sid : name, event, receivedAt);
    }
}
