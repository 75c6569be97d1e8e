package io.rollcall.presence.rooms.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.ParticipantDocumentState;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.wire.StateMapper;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session of a room, in the shape that users of LiveKit's analytics know. All numbers are of people only.
 *
 * @param sessionId the room's sid
 * @param endedAt null while it is open
 * @param numParticipants how many participant sids have been in it
 * @param numActiveParticipants how many are in it now, as its room says
 * @param participantMinutes what they were there together, to now for those who still are; fractional
 * @param inferredShare which part of the minutes ends at a time that nobody told, 0 to 1
 * @param participants everybody who was there; only when one session is asked for
 * @param epochs every time this sid was opened; only when one session is asked for
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record SessionAnswer(
        String sessionId,
        String roomName,
        String agency,
        State state,
        Instant createdAt,
        @Nullable Instant endedAt,
        Instant lastActive,
        int numParticipants,
        int numActiveParticipants,
        ConnectionCounts connectionCounts,
        double participantMinutes,
        double inferredShare,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Stay> participants,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Epoch> epochs) {

    private static final double MS_PER_MINUTE = 60_000;

    /** Whether it is going on. */
    enum State {
        open,
        closed
    }

    /** How many tried to connect, and how many came to be there. */
    record ConnectionCounts(int attempts, int success) {}

    /** One time from opening to closing. */
    record Epoch(Instant createdAt, @Nullable Instant endedAt) {}

    /** Newest first; of two at one moment by sid, so that pages never overlap. */
    static final Comparator<SessionAnswer> NEWEST_FIRST =
            Comparator.comparing(SessionAnswer::createdAt).reversed().thenComparing(SessionAnswer::sessionId);

    static SessionAnswer of(
            SessionDocument session, List<ParticipantDocument> participants, Instant now, boolean withEverything) {
        List<Stay> stays = participants.stream()
                .map(participant -> Stay.of(participant, now))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Stay::joinedAt).thenComparing(Stay::sid))
                .toList();
        List<Stay> people = stays.stream().filter(Stay::person).toList();
        int aborted = (int) participants.stream()
                .filter(participant -> participant.getState() == ParticipantDocumentState.ABORTED)
                .filter(participant -> StateMapper.profile(participant).person())
                .count();
        long total = people.stream().mapToLong(Stay::durationMs).sum();
        long inferred = people.stream()
                .filter(Stay::inferred)
                .mapToLong(Stay::durationMs)
                .sum();
        return new SessionAnswer(
                session.getRoomSid(),
                session.getRoomName(),
                session.getAgency(),
                session.getOpen() ? State.open : State.closed,
                beganAt(session),
                session.getOpen() ? null : endedAt(session),
                session.getLastActiveAt(),
                people.size(),
                session.getPeople(),
                new ConnectionCounts(people.size() + aborted, people.size()),
                total / MS_PER_MINUTE,
                total == 0 ? 0 : (double) inferred / total,
                withEverything ? stays : null,
                withEverything
                        ? session.getEpochs().stream()
                                .map(epoch -> new Epoch(epoch.getCreatedAt(), epoch.getEndedAt()))
                                .toList()
                        : null);
    }

    static Instant beganAt(SessionDocument session) {
        return session.getEpochs().getFirst().getCreatedAt();
    }

    static @Nullable Instant endedAt(SessionDocument session) {
        return session.getEpochs().getLast().getEndedAt();
    }
}
