package io.rollcall.session.sessions.domain;

import java.time.Instant;

/**
 * What never changes in a session.
 *
 * @param sessionId {@code sess_} and 24 of {@code [0-9a-z]}
 * @param roomId {@code room_} and 24 of {@code [0-9a-z]}; also LiveKit's room name
 * @param userId whose it is
 * @param createdAt when it was made
 * @param tokenIssuedAt unix seconds
 * @param tokenExpiresAt unix seconds
 */
public record Seat(
        String sessionId, String roomId, String userId, Instant createdAt, long tokenIssuedAt, long tokenExpiresAt) {}
