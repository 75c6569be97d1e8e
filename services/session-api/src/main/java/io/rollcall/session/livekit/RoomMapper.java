package io.rollcall.session.livekit;

import com.google.protobuf.ProtocolMessageEnum;
import io.rollcall.session.livekit.domain.ListedParticipant;
import io.rollcall.session.livekit.domain.ListedParticipant.Track;
import io.rollcall.session.livekit.domain.ListedRoom;
import java.time.Duration;
import java.time.Instant;
import livekit.LivekitModels;

/** LiveKit's messages as what we make of them. A room's TURN password ends here. */
final class RoomMapper {

    private RoomMapper() {}

    static ListedRoom room(LivekitModels.Room room) {
        return new ListedRoom(
                room.getSid(),
                room.getName(),
                instant(room.getCreationTimeMs(), room.getCreationTime()),
                Duration.ofSeconds(room.getEmptyTimeout()),
                Duration.ofSeconds(room.getDepartureTimeout()),
                room.getMaxParticipants(),
                room.getMetadata(),
                room.getNumParticipants());
    }

    static ListedParticipant participant(LivekitModels.ParticipantInfo participant) {
        return new ListedParticipant(
                participant.getSid(),
                participant.getIdentity(),
                participant.getName(),
                word(participant.getState(), participant.getStateValue()),
                word(participant.getKind(), participant.getKindValue()),
                participant.getPermission().getHidden(),
                participant.getPermission().getCanPublish(),
                instant(participant.getJoinedAtMs(), participant.getJoinedAt()),
                participant.getVersion(),
                participant.getMetadata(),
                participant.getAttributesMap(),
                participant.getTracksList().stream()
                        .map(track -> new Track(
                                track.getSid(),
                                word(track.getType(), track.getTypeValue()),
                                word(track.getSource(), track.getSourceValue()),
                                track.getName()))
                        .toList());
    }

    /** Versions of LiveKit that know no milliseconds leave them away. */
    private static Instant instant(long millis, long seconds) {
        return millis == 0 ? Instant.ofEpochSecond(seconds) : Instant.ofEpochMilli(millis);
    }

    private static String word(ProtocolMessageEnum known, int number) {
        String name = ((Enum<?>) known).name();
        return name.equals("UNRECOGNIZED") ? Integer.toString(number) : name;
    }
}
