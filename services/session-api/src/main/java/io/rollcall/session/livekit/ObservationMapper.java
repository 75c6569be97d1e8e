package io.rollcall.session.livekit;

import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ObservedParticipant;
import io.rollcall.schemas.livekit.ObservedPresence;
import io.rollcall.schemas.livekit.ObservedRoom;
import io.rollcall.schemas.livekit.ObservedTrack;
import io.rollcall.session.livekit.domain.Finding;
import io.rollcall.session.livekit.domain.ListedParticipant;
import io.rollcall.session.livekit.domain.ListedRoom;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a poll found as presence-history reads it. */
final class ObservationMapper {

    private ObservationMapper() {}

    static LivekitObservation observation(String id, String pollId, Instant askedAt, Finding finding) {
        LivekitObservation.Builder builder =
                LivekitObservation.newBuilder().setId(id).setPollId(pollId).setObservedAt(askedAt);
        return switch (finding) {
            case Finding.Absent(String name, String sid) ->
                builder.setPresence(ObservedPresence.ABSENT)
                        .setRoomName(name)
                        .setRoomSid(sid)
                        .build();
            case Finding.Present(ListedRoom room, List<ListedParticipant> participants) ->
                listed(builder, room)
                        .setPresence(ObservedPresence.PRESENT)
                        .setParticipants(participants(participants))
                        .build();
            case Finding.Unreachable(ListedRoom room) ->
                listed(builder, room).setPresence(ObservedPresence.UNREACHABLE).build();
        };
    }

    /** The key of its record: that of the room on every topic. */
    static String key(LivekitObservation observation) {
        return observation.getRoomName().isEmpty() ? observation.getRoomSid() : observation.getRoomName();
    }

    private static LivekitObservation.Builder listed(LivekitObservation.Builder builder, ListedRoom room) {
        return builder.setRoomName(room.name())
                .setRoomSid(room.sid())
                .setRoom(ObservedRoom.newBuilder()
                        .setCreationTime(room.createdAt())
                        .setEmptyTimeoutSeconds((int) room.emptyTimeout().toSeconds())
                        .setDepartureTimeoutSeconds(
                                (int) room.departureTimeout().toSeconds())
                        .setMaxParticipants(room.maxParticipants())
                        .setMetadata(room.metadata())
                        .setNumParticipants(room.numParticipants())
                        .build());
    }

    private static @Nullable List<ObservedParticipant> participants(@Nullable List<ListedParticipant> participants) {
        return participants == null
                ? null
                : participants.stream().map(ObservationMapper::participant).toList();
    }

    private static ObservedParticipant participant(ListedParticipant participant) {
        return ObservedParticipant.newBuilder()
                .setParticipantSid(participant.sid())
                .setIdentity(participant.identity())
                .setName(participant.name())
                .setState(participant.state())
                .setKind(participant.kind())
                .setHidden(participant.hidden())
                .setCanPublish(participant.canPublish())
                .setJoinedAt(participant.joinedAt())
                .setVersion(participant.version())
                .setMetadata(participant.metadata())
                .setAttributes(participant.attributes())
                .setTracks(participant.tracks().stream()
                        .map(track -> ObservedTrack.newBuilder()
                                .setTrackSid(track.sid())
                                .setKind(track.kind())
                                .setSource(track.source())
                                .setName(track.name())
                                .build())
                        .toList())
                .build();
    }
}
