package io.rollcall.presence.rooms.http;

import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.TrackDocument;
import io.rollcall.presence.rooms.wire.StateMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's time in a session, by participant sid.
 *
 * @param sid the participant sid
 * @param person whether it counts: no egress, ingress, agent or hidden participant
 * @param leftAt null while they are there
 * @param durationMs to now while they are there
 * @param disconnectReason LiveKit's word, or the inferred one; null while they are there
 * @param source who told of it last: WEBHOOK, RECONCILER, TIMER
 * @param inferred whether the leaving follows from something else
 * @param suspect whether its node may be gone
 */
record Stay(
        String identity,
        String name,
        String sid,
        String kind,
        boolean hidden,
        boolean person,
        Instant joinedAt,
        @Nullable Instant leftAt,
        long durationMs,
        @Nullable String disconnectReason,
        String source,
        boolean inferred,
        boolean suspect,
        String metadata,
        Map<String, String> attributes,
        List<Published> tracks) {

    /** A track that is published now. */
    record Published(String sid, String kind, String source, String mimeType, boolean muted) {}

    /** Null for one who never was there: only sighted, aborted, or known as an end without a beginning. */
    static @Nullable Stay of(ParticipantDocument document, Instant now) {
        return switch (document.getState()) {
            case ACTIVE, SUSPECT, LEFT -> stay(document, now);
            case PROVISIONAL, ABORTED, TERMINATED, UNKNOWN -> null;
        };
    }

    private static Stay stay(ParticipantDocument document, Instant now) {
        Instant leftAt = document.getLeftAt();
        Instant until = leftAt == null ? now : leftAt;
        return new Stay(
                document.getIdentity(),
                document.getName(),
                document.getParticipantSid(),
                document.getKind(),
                document.getHidden(),
                StateMapper.profile(document).person(),
                document.getJoinedAt(),
                leftAt,
                Math.max(0, Duration.between(document.getJoinedAt(), until).toMillis()),
                leftAt == null ? null : document.getReason(),
                document.getSource(),
                document.getInferred(),
                document.getState() == io.rollcall.presence.rooms.store.ParticipantDocumentState.SUSPECT,
                document.getMetadata(),
                document.getAttributes(),
                document.getTracks().stream().map(Stay::published).toList());
    }

    private static Published published(TrackDocument track) {
        return new Published(
                track.getTrackSid(), track.getKind(), track.getTrackSource(), track.getMimeType(), track.getMuted());
    }
}
