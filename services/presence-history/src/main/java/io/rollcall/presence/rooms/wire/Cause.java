package io.rollcall.presence.rooms.wire;

import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import org.jspecify.annotations.Nullable;

/**
 * What a fact came of.
 *
 * @param livekitEventId null for a poll
 */
public record Cause(
        String correlationId,
        @Nullable String commandId,
        @Nullable String livekitEventId) {

    /** A webhook. */
    public static Cause of(LivekitEvent event) {
        return new Cause(
                event.getCorrelationId(),
                event.getCommandId(),
                event.getLivekitEventId().isEmpty() ? null : event.getLivekitEventId());
    }

    /** A poll, which is the correlation of everything that came of it. */
    public static Cause of(LivekitObservation observation) {
        return new Cause(observation.getPollId(), null, null);
    }
}
