package io.rollcall.presence.rooms.topology;

import io.rollcall.presence.rooms.domain.Observation;
import io.rollcall.presence.rooms.domain.Observation.Attendance;
import io.rollcall.presence.rooms.domain.Webhook;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of whom a decision must know whether they have ended.
 *
 * @param roomSid empty when it is about no session in particular
 * @param participants sids, each with the tracks that it is about too
 */
record Needs(String roomSid, Map<String, List<String>> participants) {

    static Needs of(Webhook webhook) {
        String participantSid = webhook.participantSid();
        List<String> tracks = switch (webhook) {
            case Webhook.TrackPublished published -> List.of(published.track().sid());
            case Webhook.TrackUnpublished unpublished ->
                List.of(unpublished.track().sid());
            default -> List.of();
        };
        return new Needs(webhook.room().sid(), participantSid.isEmpty() ? Map.of() : Map.of(participantSid, tracks));
    }

    static Needs of(Observation observation) {
        Map<String, List<String>> participants = new LinkedHashMap<>();
        if (observation instanceof Observation.Listed listed && listed.participants() != null) {
            for (Attendance attendance : listed.participants()) {
                participants.put(
                        attendance.sid(),
                        attendance.tracks().stream().map(Track::sid).toList());
            }
        }
        return new Needs(observation.roomSid(), participants);
    }
}
