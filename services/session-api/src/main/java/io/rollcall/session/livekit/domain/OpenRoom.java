package io.rollcall.session.livekit.domain;

import java.time.Instant;

/**
 * A room that presence-history believes to be open.
 *
 * @param name empty for a room without one
 * @param sid LiveKit's id of this life of the room
 * @param people how many people are in it
 * @param connected how many are in it, people or not
 * @param lastActiveAt when something last happened in it
 */
public record OpenRoom(String name, String sid, int people, int connected, Instant lastActiveAt) {}
