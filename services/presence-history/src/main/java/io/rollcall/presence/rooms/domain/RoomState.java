package io.rollcall.presence.rooms.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Everything that is known of one room key. Every open session is in it with all who are connected; of closed sessions
 * the latest, and the one that the webhook in hand is about.
 *
 * @param sequence how many facts of this room have been told on its feed
 * @param latest the session that is, or last was, the room; empty when there was none
 */
public record RoomState(long sequence, String latest, PMap<String, Session> sessions) {

    /** Nothing is known. */
    public static final RoomState UNKNOWN = new RoomState(0, "", HashTreePMap.empty());

    /** A session by its sid; null when it is not known. */
    public @Nullable Session session(String roomSid) {
        return sessions.get(roomSid);
    }

    /** The session that is, or last was, the room; null when there was none. */
    public @Nullable Session current() {
        return sessions.get(latest);
    }

    /** How many people a session has now. */
    public int people(String roomSid) {
        return sessions.get(roomSid) instanceof Session.Open open ? open.counted() : 0;
    }

    public RoomState with(Session session) {
        PMap<String, Session> changed = sessions.plus(session.sid(), session);
        return new RoomState(sequence, elected(changed, session), changed);
    }

    /** The state without a session that need not be at hand any more. */
    public RoomState without(String roomSid) {
        return new RoomState(sequence, latest, sessions.minus(roomSid));
    }

    RoomState counted() {
        return new RoomState(sequence + 1, latest, sessions);
    }

    /** An open session is the room before a closed one, a newer one before an older one. */
    private String elected(PMap<String, Session> changed, Session session) {
        Session incumbent = changed.get(latest);
        if (incumbent == null || latest.equals(session.sid())) {
            return session instanceof Session.Open || changed.size() == 1 ? session.sid() : bestOf(changed, session);
        }
        return session instanceof Session.Open
                        && (incumbent instanceof Session.Closed || made(session).isAfter(made(incumbent)))
                ? session.sid()
                : latest;
    }

    private static String bestOf(PMap<String, Session> candidates, Session otherwise) {
        Session best = otherwise;
        for (Session candidate : candidates.values()) {
            if (candidate instanceof Session.Open
                    && (best instanceof Session.Closed || made(candidate).isAfter(made(best)))) {
                best = candidate;
            }
        }
        return best.sid();
    }

    /** A session that has not told when it was made gives way to one that has. */
    private static Instant made(Session session) {
        Instant createdAt = session.createdAt();
        return createdAt == null ? Instant.MIN : createdAt;
    }
}
