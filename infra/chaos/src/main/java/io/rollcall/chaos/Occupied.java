package io.rollcall.chaos;

import java.util.Map;

/**
 * A room with everybody who is in it.
 *
 * @param sid LiveKit's id of the room's session
 * @param people identity by participant sid
 */
record Occupied(String sid, Map<String, String> people) {}
