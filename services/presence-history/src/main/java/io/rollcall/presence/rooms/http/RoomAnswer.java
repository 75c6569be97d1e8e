package io.rollcall.presence.rooms.http;

import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A room as it is now, or was when its last session ended.
 *
 * @param roomKey its name, or its sid where it has none: what it is asked for by
 * @param people how many are in it: no egress, ingress, agent or hidden participant
 * @param connected everything that is connected, people or not
 * @param sequence position of its last event on the feed {@code rooms:<name>}
 * @param epoch counts from 1 how often this sid was opened
 * @param provisional known from something that happened in it, its start was not seen
 */
record RoomAnswer(
        String roomKey,
        String roomName,
        String roomSid,
        State state,
        String agency,
        int people,
        int connected,
        int maxParticipants,
        String metadata,
        Instant openedAt,
        @Nullable Instant closedAt,
        @Nullable String closeReason,
        Instant lastActive,
        int epoch,
        long sequence,
        boolean provisional) {

    /** Whether its latest session is open. */
    enum State {
        open,
        closed
    }

    /** Newest first; of two at one moment by key, so that pages never overlap. */
    static final Comparator<RoomAnswer> NEWEST_FIRST =
            Comparator.comparing(RoomAnswer::openedAt).reversed().thenComparing(RoomAnswer::roomKey);

    /** Null for a room of which no session is known any more. */
    static @Nullable RoomAnswer of(RoomDocument room) {
        SessionDocument latest = room.getSessions().stream()
                .filter(session -> session.getRoomSid().equals(room.getLatest()))
                .findFirst()
                .orElse(null);
        if (latest == null || latest.getEpochs().isEmpty()) {
            return null;
        }
        var epoch = latest.getEpochs().getLast();
        return new RoomAnswer(
                room.getRoomKey(),
                room.getRoomName(),
                latest.getRoomSid(),
                latest.getOpen() ? State.open : State.closed,
                latest.getAgency(),
                latest.getOpen() ? latest.getPeople() : 0,
                latest.getOpen() ? latest.getConnected() : 0,
                latest.getMaxParticipants(),
                latest.getMetadata(),
                epoch.getCreatedAt(),
                epoch.getEndedAt(),
                latest.getOpen() ? null : latest.getCloseReason(),
                latest.getLastActiveAt(),
                latest.getEpochs().size(),
                room.getSequence(),
                latest.getProvisional());
    }
}
