package io.rollcall.session.sessions.domain;

import java.util.Optional;
import java.util.regex.Pattern;

/** A session and its room share 24 characters, so that each tells the other. */
public final class SessionIds {

    private static final String SESSION = "sess_";
    private static final String ROOM = "room_";
    private static final Pattern ROOM_ID = Pattern.compile(ROOM + "[0-9a-z]{24}");
    private static final Pattern SESSION_ID = Pattern.compile(SESSION + "[0-9a-z]{24}");

    private SessionIds() {}

    /** The session of these characters. */
    public static String session(String characters) {
        return SESSION + characters;
    }

    /** The room of these characters. */
    public static String room(String characters) {
        return ROOM + characters;
    }

    /** Whether this may be a session's id. */
    public static boolean isSession(String text) {
        return SESSION_ID.matcher(text).matches();
    }

    /** The session that a room belongs to; empty for a room of another kind. */
    public static Optional<String> sessionOf(String roomName) {
        return ROOM_ID.matcher(roomName).matches()
                ? Optional.of(SESSION + roomName.substring(ROOM.length()))
                : Optional.empty();
    }
}
