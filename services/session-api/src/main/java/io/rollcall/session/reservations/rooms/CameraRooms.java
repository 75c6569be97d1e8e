package io.rollcall.session.reservations.rooms;

import io.rollcall.kit.kafka.View;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.CameraRoom;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomState;
import io.rollcall.session.livekit.RoomApi;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the rooms in which cameras are watched, where they are missing. That a room is there is remembered for a moment,
 * and no longer than until somebody tells that it has ended.
 */
public final class CameraRooms {

    private static final Logger LOG = LoggerFactory.getLogger(CameraRooms.class);
    private static final Duration REMEMBERED = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final RoomApi api;
    private final Duration emptyTimeout;

    /** Until when, by the clock of {@link System#nanoTime}. */
    private final ConcurrentMap<String, Long> there = new ConcurrentHashMap<>();

    /**
     * Listens to the view, which has not been started.
     *
     * @param emptyTimeout how long LiveKit keeps a room to which nobody comes, or that everybody has left: whoever has a
     *     reservation can come back
     */
    public CameraRooms(RoomApi api, View<Room> rooms, Duration emptyTimeout) {
        this.api = api;
        this.emptyTimeout = emptyTimeout;
        rooms.onChange(this::changed);
    }

    private void changed(View.Change<Room> change) {
        Room room = change.after();
        if (room == null || room.getState() != RoomState.OPEN) {
            there.remove(change.key());
        }
    }

    /** Done when a camera's room is there; fails with {@link UnavailableException} when LiveKit does not say so in time. */
    public CompletableFuture<Void> ensure(String cameraId) {
        String room = CameraRoom.nameOf(cameraId);
        Long until = there.get(room);
        if (until != null && until - System.nanoTime() > 0) {
            return CompletableFuture.completedFuture(null);
        }
        return api.createRoom(room, emptyTimeout, emptyTimeout)
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .<Void>thenApply(_ -> {
                    there.put(room, System.nanoTime() + REMEMBERED.toNanos());
                    return null;
                })
                .exceptionallyCompose(failure -> {
                    LOG.atWarn()
                            .addKeyValue(LogKeys.ROOM_KEY, room)
                            .addKeyValue(LogKeys.REASON, String.valueOf(failure.getMessage()))
                            .log("a camera's room could not be made");
                    return CompletableFuture.failedFuture(new UnavailableException(
                            "The video server does not answer; try again in a moment.", RETRY_AFTER));
                });
    }
}
