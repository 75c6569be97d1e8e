package io.rollcall.session.livekit.domain;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All rooms that LiveKit has.
 *
 * @param askedAt when it was asked: what happened later may be missing
 * @param rooms by key
 */
public record Listing(Instant askedAt, Map<String, ListedRoom> rooms) {

    /** Keeps the order it is given. */
    public Listing {
        rooms = Collections.unmodifiableMap(new LinkedHashMap<>(rooms));
    }

    /** What an answer of LiveKit lists. */
    public static Listing of(Instant askedAt, Collection<ListedRoom> rooms) {
        Map<String, ListedRoom> byKey = LinkedHashMap.newLinkedHashMap(rooms.size());
        rooms.forEach(room -> byKey.put(room.key(), room));
        return new Listing(askedAt, byKey);
    }
}
