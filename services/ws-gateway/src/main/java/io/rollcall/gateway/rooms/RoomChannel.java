package io.rollcall.gateway.rooms;

import io.rollcall.gateway.channels.PercentName;

/** What a channel's name says, as far as rooms go. */
sealed interface RoomChannel {

    String PREFIX = "rooms:";

    /** Every room, in the order in which it was written. */
    record AllRooms() implements RoomChannel {}

    /** One room, known by its name or, where it has none, by its sid. */
    record OneRoom(String roomKey) implements RoomChannel {}

    /** Begins like a room's and cannot be one. */
    record NoRoom() implements RoomChannel {}

    /** About something else. */
    record Other() implements RoomChannel {}

    /** Reads a name. A star alone is every room; a room that is called so is {@code rooms:%2A}. */
    static RoomChannel of(String channel) {
        if (!channel.startsWith(PREFIX)) {
            return new Other();
        }
        String encoded = channel.substring(PREFIX.length());
        return switch (encoded) {
            case "*" -> new AllRooms();
            case "" -> new NoRoom();
            default -> decode(encoded);
        };
    }

    private static RoomChannel decode(String encoded) {
        String roomKey = PercentName.decode(encoded);
        return roomKey == null ? new NoRoom() : new OneRoom(roomKey);
    }
}
