package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.captures.Captures.Delivery;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ObservedParticipant;
import io.rollcall.schemas.livekit.ObservedPresence;
import io.rollcall.schemas.livekit.ObservedRoom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Webhooks and polls of one room as records. Times are seconds after noon. */
final class Happenings {

    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final String name;
    private final String sid;
    private int ids;

    Happenings(String name, String sid) {
        this.name = name;
        this.sid = sid;
    }

    static Instant at(long seconds) {
        return NOON.plusSeconds(seconds);
    }

    Delivery started(long seconds) {
        return webhook("room_started", seconds, "");
    }

    Delivery started(long seconds, String metadata) {
        return webhook("room_started", seconds, metadata, "");
    }

    Delivery egressEnded(long seconds, String error) {
        return webhook("egress_ended", seconds, ",\"egressInfo\":{\"egressId\":\"EG_1\",\"error\":\"" + error + "\"}");
    }

    Delivery finished(long seconds) {
        return webhook("room_finished", seconds, "");
    }

    Delivery joined(long seconds, String identity) {
        return webhook("participant_joined", seconds, participant(identity, seconds, "ACTIVE"));
    }

    Delivery joined(long seconds, String identity, String metadata, String attribute) {
        String participant = participant(identity, seconds, "ACTIVE");
        return webhook(
                "participant_joined",
                seconds,
                participant.substring(0, participant.length() - 1) + ",\"metadata\":\"" + metadata
                        + "\",\"attributes\":{\"agency\":\"" + attribute + "\"}}");
    }

    Delivery left(long seconds, String identity, long joinedSeconds) {
        return webhook("participant_left", seconds, participant(identity, joinedSeconds, "DISCONNECTED"));
    }

    Delivery aborted(long seconds, String identity) {
        return webhook("participant_connection_aborted", seconds, participant(identity, seconds, "DISCONNECTED"));
    }

    private static String participant(String identity, long joinedSeconds, String state) {
        return ",\"participant\":{\"sid\":\"PA_" + identity + "\",\"identity\":\"" + identity + "\",\"state\":\""
                + state + "\",\"joinedAtMs\":\"" + at(joinedSeconds).toEpochMilli() + "\",\"version\":2}";
    }

    private Delivery webhook(String event, long seconds, String more) {
        return webhook(event, seconds, "", more);
    }

    private Delivery webhook(String event, long seconds, String metadata, String more) {
        LivekitEvent record = LivekitEvent.newBuilder().build();
        record.setId("0190a3c4-7b00-7000-8000-%012d".formatted(++ids));
        record.setOccurredAt(at(seconds));
        record.setSource(EventSource.WEBHOOK);
        record.setLivekitEventId("EV_" + sid + "_" + ids);
        record.setEvent(event);
        record.setRoomName(name);
        record.setRoomSid(sid);
        record.setPayload(
                "{\"event\":\"" + event + "\",\"createdAt\":\"" + at(seconds).getEpochSecond()
                        + "\",\"room\":{\"sid\":\"" + sid + "\",\"name\":\"" + name + "\",\"creationTimeMs\":\""
                        + NOON.toEpochMilli() + "\",\"metadata\":\"" + metadata + "\"}" + more + "}");
        return new Delivery(name, record, at(seconds));
    }

    LivekitObservation absent(long seconds) {
        return observation(seconds, ObservedPresence.ABSENT);
    }

    LivekitObservation unreachable(long seconds) {
        return observation(seconds, ObservedPresence.UNREACHABLE);
    }

    LivekitObservation attended(long seconds, String... identities) {
        LivekitObservation observation = observation(seconds, ObservedPresence.PRESENT);
        observation.setRoom(new ObservedRoom(NOON, 20, 5, 0, "", identities.length));
        observation.setParticipants(Arrays.stream(identities)
                .map(identity -> new ObservedParticipant(
                        "PA_" + identity,
                        identity,
                        "",
                        "ACTIVE",
                        "STANDARD",
                        false,
                        false,
                        NOON,
                        2,
                        "",
                        Map.of(),
                        List.of()))
                .toList());
        return observation;
    }

    private LivekitObservation observation(long seconds, ObservedPresence presence) {
        LivekitObservation observation = LivekitObservation.newBuilder().build();
        observation.setId("0190a3c4-7b00-7000-9000-%012d".formatted(++ids));
        observation.setPollId("poll-" + seconds);
        observation.setObservedAt(at(seconds));
        observation.setRoomName(name);
        observation.setRoomSid(sid);
        observation.setPresence(presence);
        return observation;
    }
}
