package io.rollcall.presence.rooms.wire;

import io.rollcall.presence.rooms.domain.Participant;
import io.rollcall.presence.rooms.domain.RoomState;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.Track;
import java.util.List;
import java.util.Map;

/** Rooms and those in them as everybody reads them. */
public final class RoomMapper {

    private RoomMapper() {}

    /** The room as it is now. */
    public static Room room(RoomState state, Session session, String roomKey, String roomName, EventSource source) {
        RoomDetails details = session.details();
        var room = new Room();
        room.setRoomKey(roomKey);
        room.setRoomName(roomName);
        room.setRoomSid(session.sid());
        room.setEpoch(session.epochs().size());
        room.setOpenedAt(session.epoch().createdAt());
        room.setLastActiveAt(session.lastActiveAt());
        room.setMaxParticipants(details == null ? 0 : details.maxParticipants());
        room.setMetadata(details == null ? "" : details.metadata());
        room.setAgency(session.agency());
        room.setSequence(state.sequence());
        room.setSource(source);
        switch (session) {
            case Session.Open open -> {
                room.setState(io.rollcall.schemas.rooms.RoomState.OPEN);
                room.setPeople(open.counted());
                room.setConnected(open.live().size());
                room.setProvisional(open.provisional());
            }
            case Session.Closed closed -> {
                room.setState(io.rollcall.schemas.rooms.RoomState.CLOSED);
                room.setClosedAt(closed.closedAt());
            }
        }
        return room;
    }

    /** Somebody who is in the room now. */
    public static io.rollcall.schemas.rooms.Participant participant(
            Participant.Live live, Session session, String roomKey, String roomName, EventSource source) {
        var participant = new io.rollcall.schemas.rooms.Participant();
        participant.setRoomKey(roomKey);
        participant.setRoomName(roomName);
        participant.setRoomSid(session.sid());
        participant.setParticipantSid(live.sid());
        participant.setIdentity(live.identity());
        participant.setPerson(session instanceof Session.Open open && open.counts(live));
        participant.setTracks(tracks(live));
        participant.setSource(source);
        switch (live) {
            case Participant.Provisional provisional -> {
                known(participant, new Profile(live.identity(), "", "STANDARD", false, false, "", Map.of()), session);
                participant.setJoinedAt(provisional.seenAt());
            }
            case Participant.Active active -> {
                known(participant, active.profile(), session);
                participant.setJoinedAt(active.joinedAt());
            }
            case Participant.Suspect suspect -> {
                known(participant, suspect.profile(), session);
                participant.setJoinedAt(suspect.joinedAt());
                participant.setSuspect(true);
            }
        }
        return participant;
    }

    private static void known(io.rollcall.schemas.rooms.Participant participant, Profile profile, Session session) {
        participant.setName(profile.name());
        participant.setKind(profile.kind());
        participant.setHidden(profile.hidden());
        participant.setCanPublish(profile.canPublish());
        participant.setMetadata(profile.metadata());
        participant.setAttributes(profile.attributes());
        participant.setAgency(RoomEventMapper.agency(profile, session.agency()));
    }

    private static List<Track> tracks(Participant.Live live) {
        return live.tracks().values().stream()
                .map(track -> new Track(track.sid(), track.kind(), track.source(), track.mimeType(), track.muted()))
                .toList();
    }
}
