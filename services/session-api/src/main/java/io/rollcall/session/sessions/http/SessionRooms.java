package io.rollcall.session.sessions.http;

import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.livekit.RoomApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's room at once, where LiveKit answers at once. Where it does not, the session is as it is all the same, and
 * the next listing of rooms makes or deletes it.
 */
public final class SessionRooms {

    private static final Logger LOG = LoggerFactory.getLogger(SessionRooms.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final RoomApi api;
    private final Duration emptyTimeout;
    private final Duration departureTimeout;

    /**
     * Makes and deletes rooms.
     *
     * @param emptyTimeout how long LiveKit keeps a room to which nobody has come
     * @param departureTimeout how long it keeps one that everybody has left: as long as the session, or nobody could
     *     come back
     */
    public SessionRooms(RoomApi api, Duration emptyTimeout, Duration departureTimeout) {
        this.api = api;
        this.emptyTimeout = emptyTimeout;
        this.departureTimeout = departureTimeout;
    }

    /** Makes the room of a new session, deletes that of a removed one; never fails, and ends within a second. */
    CompletableFuture<Void> settle(Session session) {
        CompletableFuture<?> call = switch (session.getStatus()) {
            case CREATED -> api.createRoom(session.getRoomId(), emptyTimeout, departureTimeout);
            case REMOVED -> api.deleteRoom(session.getRoomId());
            case CONNECTED, UNKNOWN -> CompletableFuture.completedFuture(null);
        };
        return call.handle((_, failure) -> {
                    if (failure != null) {
                        LOG.atWarn()
                                .addKeyValue(LogKeys.ROOM_KEY, session.getRoomId())
                                .addKeyValue(
                                        LogKeys.REASON,
                                        RoomApiException.of(failure).getMessage())
                                .log("a session's room has to wait for the next listing");
                    }
                    return (Void) null;
                })
                .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
