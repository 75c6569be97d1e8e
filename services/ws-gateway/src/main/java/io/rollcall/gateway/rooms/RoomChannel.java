package io.rollcall.gateway.rooms;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

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
        if (encoded.indexOf('%') < 0) {
            return new OneRoom(encoded);
        }
        var bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char character = encoded.charAt(i);
            if (character != '%') {
                bytes.write(character);
                continue;
            }
            if (i + 2 >= encoded.length()) {
                return new NoRoom();
            }
            int high = Character.digit(encoded.charAt(++i), 16);
            int low = Character.digit(encoded.charAt(++i), 16);
            if (high < 0 || low < 0) {
                return new NoRoom();
            }
            bytes.write(high << 4 | low);
        }
        try {
            return new OneRoom(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return new NoRoom();
        }
    }
}
