package io.rollcall.session.livekit;

import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomState;
import io.rollcall.session.livekit.domain.OpenRoom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The rooms that presence-history believes to be open: few of those it remembers. */
final class OpenRooms implements View.Listener<Room> {

    private final ConcurrentMap<String, OpenRoom> open = new ConcurrentHashMap<>();

    @Override
    public void changed(View.Change<Room> change) {
        Room room = change.after();
        if (room == null || room.getState() != RoomState.OPEN) {
            open.remove(change.key());
            return;
        }
        open.put(
                change.key(),
                new OpenRoom(
                        room.getRoomName(),
                        room.getRoomSid(),
                        room.getPeople(),
                        room.getConnected(),
                        room.getLastActiveAt()));
    }

    /** As of now, by key. */
    Map<String, OpenRoom> now() {
        return Map.copyOf(open);
    }
}
