package io.rollcall.gateway.dashboard;

import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomState;
import io.rollcall.schemas.rooms.Track;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The open rooms with who is in them.
 *
 * @param epoch of {@code rooms:*}; empty when that feed is switched off
 * @param offset a position of {@code rooms:*} that all of this has seen; events behind it may be in it already, and do no
 *     harm when they are applied again
 */
public record Snapshot(String epoch, long offset, List<OpenRoom> rooms) {

    public Snapshot {
        rooms = List.copyOf(rooms);
    }

    /** A room that is open. */
    public record OpenRoom(
            String roomKey,
            String roomName,
            String roomSid,
            String agency,
            int people,
            Instant openedAt,
            long sequence,
            List<Present> participants) {
        public OpenRoom {
            participants = List.copyOf(participants);
        }
    }

    /** Somebody, or something, that is in a room. */
    public record Present(
            String identity,
            String name,
            String participantSid,
            String kind,
            boolean person,
            String agency,
            Instant joinedAt,
            List<PublishedTrack> tracks) {
        public Present {
            tracks = List.copyOf(tracks);
        }
    }

    /** What somebody sends. */
    public record PublishedTrack(String trackSid, String trackKind, String trackSource, boolean muted) {}

    /** Puts the two views together; rooms by the time they were opened, newest first. */
    static Snapshot of(StreamPosition position, Collection<Room> rooms, Collection<Participant> participants) {
        Map<String, List<Present>> byRoom = new HashMap<>();
        for (Participant participant : participants) {
            byRoom.computeIfAbsent(participant.getRoomKey(), key -> new ArrayList<>())
                    .add(present(participant));
        }
        List<OpenRoom> open = rooms.stream()
                .filter(room -> room.getState() == RoomState.OPEN)
                .map(room -> open(room, byRoom.getOrDefault(room.getRoomKey(), List.of())))
                .sorted(Comparator.comparing(OpenRoom::openedAt).reversed().thenComparing(OpenRoom::roomKey))
                .toList();
        return new Snapshot(position.epoch(), position.offset(), open);
    }

    private static OpenRoom open(Room room, List<Present> participants) {
        return new OpenRoom(
                room.getRoomKey(),
                room.getRoomName(),
                room.getRoomSid(),
                room.getAgency(),
                room.getPeople(),
                room.getOpenedAt(),
                room.getSequence(),
                participants.stream()
                        .sorted(Comparator.comparing(Present::joinedAt).thenComparing(Present::identity))
                        .toList());
    }

    private static Present present(Participant participant) {
        return new Present(
                participant.getIdentity(),
                participant.getName(),
                participant.getParticipantSid(),
                participant.getKind(),
                participant.getPerson(),
                participant.getAgency(),
                participant.getJoinedAt(),
                participant.getTracks().stream().map(Snapshot::published).toList());
    }

    private static PublishedTrack published(Track track) {
        return new PublishedTrack(track.getTrackSid(), track.getKind(), track.getTrackSource(), track.getMuted());
    }
}
