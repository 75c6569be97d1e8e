package io.rollcall.presence.rooms.wire;

import io.rollcall.kit.ids.Uuid7;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.time.Instant;

/**
 * Ids of the facts that came of one record: the same again whenever the record is replayed. LiveKit's id of the event
 * is the seed, so that a copy in another topic gives the same ids too; a record without one is known by its place.
 */
public record FactIds(Instant recordedAt, String seed) {

    /** The ids of what comes of this record. */
    public static FactIds of(LivekitEvent event, Instant recordedAt, String topic, int partition, long offset) {
        String id = event.getLivekitEventId();
        return new FactIds(recordedAt, id.isEmpty() ? topic + "/" + partition + "/" + offset : id);
    }

    String nth(int n) {
        return Uuid7.derived(recordedAt, seed + "/" + n).toString();
    }
}
