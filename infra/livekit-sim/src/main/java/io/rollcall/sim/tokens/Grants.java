package io.rollcall.sim.tokens;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitRoom.RoomConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * What a verified token says.
 *
 * @param identity who the bearer is; empty when the token does not say
 * @param can the grants that are plain yes or no, by their names in the token, such as {@code roomJoin}
 * @param room the room that the grants are for; empty when there is none
 * @param canPublish null when the token does not say, as for the next two
 * @param publishSources the only sources that may be published; empty for all
 * @param kind as text, such as {@code egress}
 * @param roomConfiguration how the room is made if this token makes it
 */
public record Grants(
        String identity,
        String name,
        String metadata,
        Map<String, String> attributes,
        String kind,
        String room,
        Set<String> can,
        @Nullable Boolean canPublish,
        @Nullable Boolean canPublishData,
        @Nullable Boolean canSubscribe,
        List<String> publishSources,
        RoomConfiguration roomConfiguration) {

    /** Whether it makes rooms and closes them. */
    public boolean roomCreate() {
        return can.contains("roomCreate");
    }

    /** Whether it sees all rooms. */
    public boolean roomList() {
        return can.contains("roomList");
    }

    /** Whether it may join. */
    public boolean roomJoin() {
        return can.contains("roomJoin");
    }

    /** Whether it administers this room: no other, and not all. */
    public boolean roomAdmin(String name) {
        return can.contains("roomAdmin") && room.equals(name);
    }

    /** An unknown kind is an ordinary person, as LiveKit sees it. */
    public ParticipantInfo.Kind participantKind() {
        try {
            return ParticipantInfo.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return ParticipantInfo.Kind.STANDARD;
        }
    }

    /** What a participant with this token may do. */
    public ParticipantPermission permission() {
        boolean publish = canPublish == null || canPublish;
        var permission = ParticipantPermission.newBuilder()
                .setCanSubscribe(canSubscribe == null || canSubscribe)
                .setCanPublish(publish)
                .setCanPublishData(canPublishData == null ? publish : canPublishData)
                .setHidden(can.contains("hidden"))
                .setCanUpdateMetadata(can.contains("canUpdateOwnMetadata"))
                .setCanSubscribeMetrics(can.contains("canSubscribeMetrics"))
                .setCanManageAgentSession(can.contains("canManageAgentSession"));
        setOldFlags(permission);
        for (String source : publishSources) {
            permission.addCanPublishSources(source(source));
        }
        return permission.build();
    }

    @SuppressWarnings("deprecation") // LiveKit still sends them
    private void setOldFlags(ParticipantPermission.Builder permission) {
        permission.setRecorder(can.contains("recorder")).setAgent(can.contains("agent"));
    }

    private static TrackSource source(String name) {
        try {
            return TrackSource.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return TrackSource.UNKNOWN;
        }
    }
}
