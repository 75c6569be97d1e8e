package io.rollcall.session.sessions.reads;

import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionStatus;
import java.time.Instant;

/** Sessions for tests. */
final class Sessions {

    static final Instant CREATED_AT = Instant.parse("2026-03-01T12:00:00Z");

    private Sessions() {}

    static Session created(String id, String user) {
        return created(id, user, CREATED_AT);
    }

    static Session created(String id, String user, Instant at) {
        return Session.newBuilder()
                .setSessionId(id)
                .setRoomId("room_of_" + id)
                .setUserId(user)
                .setStatus(SessionStatus.CREATED)
                .setVersion(1)
                .setCreatedAt(at)
                .setStaleAt(at.plusSeconds(600))
                .build();
    }

    static Session connected(Session before) {
        return Session.newBuilder(before)
                .setStatus(SessionStatus.CONNECTED)
                .setVersion(before.getVersion() + 1)
                .setConnectedAt(before.getCreatedAt().plusSeconds(5))
                .build();
    }

    /** Removed at the given time; Redis' own clock says when that is a day ago. */
    static Session removed(Session before, Instant at) {
        return Session.newBuilder(before)
                .setStatus(SessionStatus.REMOVED)
                .setVersion(before.getVersion() + 1)
                .setRemovedAt(at)
                .setRemovedReason("user")
                .build();
    }
}
