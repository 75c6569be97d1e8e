package io.rollcall.session.livekit;

import io.rollcall.session.livekit.domain.Attendance;
import io.rollcall.session.livekit.domain.Listing;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A subject with rooms of its own, such as realtime sessions, which every poll puts in order. Makes itself a bean. */
public interface RoomOwner {

    /** Whether it knows its rooms yet; until then polls pass it by. */
    boolean isReady();

    /** Keys of those listed rooms of which it must know who is there. */
    Set<String> doubts(Listing listing);

    /**
     * A poll has its answers. Not called when LiveKit did not list its rooms.
     *
     * @param attendances by key, of the rooms that anybody asked about
     * @return done as soon as all is done that follows; the next poll waits for it
     */
    CompletableFuture<?> polled(Listing listing, Map<String, Attendance> attendances);

    /**
     * The same where polls only list: rooms are made and deleted, and webhooks alone tell who is in them.
     *
     * @return done as soon as all is done that follows; the next poll waits for it
     */
    CompletableFuture<?> settle(Listing listing);
}
