package io.rollcall.bench.live;

import io.rollcall.bench.RoomStory;
import io.rollcall.bench.load.Histogram;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the publication that each webhook has led to. Every event of a {@link RoomStory} leads to exactly one, which is
 * known by its type, the session of the room and the participant.
 */
final class Sightings {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, String> TYPES = Map.of(
            "room_started", "room_opened",
            "room_finished", "room_closed");

    private final Map<String, Long> sentAt = new HashMap<>();
    private final Map<String, Long> committedAt = new HashMap<>();
    private final Histogram latencies = new Histogram();
    private final Histogram untilCommitted = new Histogram();
    private final Histogram sinceCommitted = new Histogram();
    private long unexpected;
    private long repeated;
    private long subscribers;

    /** A webhook that was due, and answered 200 later. */
    void sent(RoomStory.Event event, long at) {
        sentAt.put(key(TYPES.getOrDefault(event.name(), event.name()), event.roomSid(), event.participantSid()), at);
    }

    /** What was committed to the feed's topic, as somebody saw it who reads it beside the gateway. */
    void committed(List<FeedProbe.Committed> records) {
        for (FeedProbe.Committed record : records) {
            RoomEvent event = record.event();
            String key =
                    key(event.getType().name().toLowerCase(Locale.ROOT), event.getRoomSid(), participantSid(event));
            Long at = sentAt.get(key);
            if (at != null && committedAt.put(key, record.at()) == null) {
                untilCommitted.add(record.at() - at);
            }
        }
    }

    /** Everything that one subscriber was given. */
    void seen(List<FeedClient.Frame> frames) {
        subscribers++;
        var given = new HashMap<String, Long>();
        for (FeedClient.Frame frame : frames) {
            frame.text().lines().filter(Sightings::isPublication).forEach(line -> {
                JsonNode data = JSON.readTree(line).path("push").path("pub").path("data");
                String key = key(
                        data.path("type").asString(""),
                        data.path("roomSid").asString(""),
                        data.path("participantSid").asString(""));
                Long at = sentAt.get(key);
                if (at == null) {
                    unexpected++;
                } else if (given.put(key, frame.at()) == null) {
                    latencies.add(frame.at() - at);
                    Long committed = committedAt.get(key);
                    if (committed != null) {
                        sinceCommitted.add(Math.max(0, frame.at() - committed));
                    }
                } else {
                    repeated++;
                }
            });
        }
    }

    /** From the moment a webhook was due to the frame, over all subscribers. */
    Histogram latencies() {
        return latencies;
    }

    /** From the moment a webhook was due until its record could be read by everybody. */
    Histogram untilCommitted() {
        return untilCommitted;
    }

    /** From there to the frame, over all subscribers: the gateway's share. */
    Histogram sinceCommitted() {
        return sinceCommitted;
    }

    /** Publications that should have come and did not, over all subscribers. */
    long missing() {
        return sentAt.size() * subscribers - latencies.count();
    }

    /** Publications that no webhook of ours has led to. */
    long unexpected() {
        return unexpected;
    }

    /** Publications that came to a subscriber again. */
    long repeated() {
        return repeated;
    }

    private static boolean isPublication(String line) {
        return !line.isBlank() && !line.equals(FeedClient.PING);
    }

    private static String participantSid(RoomEvent event) {
        if (event.getParticipantJoined() != null) {
            return event.getParticipantJoined().getParticipantSid();
        } else if (event.getParticipantLeft() != null) {
            return event.getParticipantLeft().getParticipantSid();
        } else if (event.getTrackPublished() != null) {
            return event.getTrackPublished().getParticipantSid();
        } else if (event.getTrackUnpublished() != null) {
            return event.getTrackUnpublished().getParticipantSid();
        }
        return "";
    }

    private static String key(String type, String roomSid, String participantSid) {
        return type + " " + roomSid + " " + participantSid;
    }
}
