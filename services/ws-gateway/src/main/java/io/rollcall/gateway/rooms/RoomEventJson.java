package io.rollcall.gateway.rooms;

import io.rollcall.gateway.protocol.JsonBytes;
import io.rollcall.kit.web.IsoInstants;
import io.rollcall.schemas.rooms.ConnectionAborted;
import io.rollcall.schemas.rooms.Corrected;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.ParticipantLeft;
import io.rollcall.schemas.rooms.RoomClosed;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomOpened;
import io.rollcall.schemas.rooms.TrackPublished;
import io.rollcall.schemas.rooms.TrackUnpublished;
import java.time.Instant;
import java.util.Locale;

/**
 * A room event as the subscribers of a feed see it. What every event has comes first; empty texts and what does not
 * apply are left out.
 */
final class RoomEventJson {

    private RoomEventJson() {}

    static byte[] of(RoomEvent event) {
        var json = new JsonBytes(384).beginObject();
        json.name("id").string(event.getId());
        json.name("type").string(event.getType().name().toLowerCase(Locale.ROOT));
        json.name("roomKey").string(event.getRoomKey());
        json.name("roomName").string(event.getRoomName());
        json.name("roomSid").string(event.getRoomSid());
        json.name("epoch").number(event.getEpoch());
        json.name("sequence").number(event.getSequence());
        json.name("people").number(event.getPeople());
        time(json, "occurredAt", event.getOccurredAt());
        json.name("source").string(event.getSource().name());
        text(json, "agency", event.getAgency());
        if (event.getInferred()) {
            json.name("inferred").bool(true);
        }
        what(json, event);
        return json.endObject().toBytes();
    }

    private static void what(JsonBytes json, RoomEvent event) {
        opened(json, event);
        joined(json, event);
        left(json, event);
        aborted(json, event);
        tracks(json, event);
        corrected(json, event);
    }

    private static void opened(JsonBytes json, RoomEvent event) {
        RoomOpened opened = event.getRoomOpened();
        if (opened != null) {
            if (opened.getMaxParticipants() > 0) {
                json.name("maxParticipants").number(opened.getMaxParticipants());
            }
            if (opened.getProvisional()) {
                json.name("provisional").bool(true);
            }
        }
        RoomClosed closed = event.getRoomClosed();
        if (closed != null) {
            text(json, "reason", closed.getReason());
        }
    }

    private static void joined(JsonBytes json, RoomEvent event) {
        ParticipantJoined joined = event.getParticipantJoined();
        if (joined != null) {
            who(json, joined.getIdentity(), joined.getParticipantSid());
            text(json, "name", joined.getName());
            text(json, "kind", joined.getKind());
            hidden(json, joined.getHidden());
            time(json, "joinedAt", joined.getJoinedAt());
        }
    }

    private static void left(JsonBytes json, RoomEvent event) {
        ParticipantLeft left = event.getParticipantLeft();
        if (left != null) {
            who(json, left.getIdentity(), left.getParticipantSid());
            text(json, "kind", left.getKind());
            hidden(json, left.getHidden());
            text(json, "reason", left.getReason());
            time(json, "joinedAt", left.getJoinedAt());
            time(json, "leftAt", left.getLeftAt());
        }
    }

    private static void aborted(JsonBytes json, RoomEvent event) {
        ConnectionAborted aborted = event.getConnectionAborted();
        if (aborted != null) {
            who(json, aborted.getIdentity(), aborted.getParticipantSid());
            text(json, "reason", aborted.getReason());
        }
    }

    private static void tracks(JsonBytes json, RoomEvent event) {
        TrackPublished published = event.getTrackPublished();
        if (published != null) {
            who(json, published.getIdentity(), published.getParticipantSid());
            text(json, "trackSid", published.getTrackSid());
            text(json, "trackKind", published.getKind());
            text(json, "trackSource", published.getTrackSource());
            text(json, "mimeType", published.getMimeType());
        }
        TrackUnpublished unpublished = event.getTrackUnpublished();
        if (unpublished != null) {
            who(json, unpublished.getIdentity(), unpublished.getParticipantSid());
            text(json, "trackSid", unpublished.getTrackSid());
        }
    }

    private static void corrected(JsonBytes json, RoomEvent event) {
        Corrected corrected = event.getCorrected();
        if (corrected != null) {
            json.name("subject").string(corrected.getSubject().name().toLowerCase(Locale.ROOT));
            who(json, corrected.getIdentity(), corrected.getParticipantSid());
            text(json, "reason", corrected.getReason());
            time(json, "at", corrected.getAt());
            text(json, "previousReason", corrected.getPreviousReason());
            time(json, "previousAt", corrected.getPreviousAt());
        }
    }

    private static void who(JsonBytes json, String identity, String participantSid) {
        text(json, "identity", identity);
        text(json, "participantSid", participantSid);
    }

    private static void hidden(JsonBytes json, boolean hidden) {
        if (hidden) {
            json.name("hidden").bool(true);
        }
    }

    private static void text(JsonBytes json, String name, String value) {
        if (!value.isEmpty()) {
            json.name(name).string(value);
        }
    }

    private static void time(JsonBytes json, String name, Instant at) {
        if (at.toEpochMilli() != 0) {
            json.name(name).string(IsoInstants.text(at));
        }
    }
}
