package io.rollcall.presence.rooms.wire;

import io.rollcall.kit.ids.Uuid7;
import java.time.Instant;

/**
 * Ids of the facts that came of one record: the same again whenever the record is replayed. LiveKit's id of the event
 * is the seed, so that a copy in another topic gives the same ids too; a record without one is known by its place.
 */
public record FactIds(Instant recordedAt, String seed) {

    /**
     * The ids of what comes of this record.
     *
     * @param id of the event or the observation in it; may be empty
     */
    public static FactIds of(String id, Instant recordedAt, String topic, int partition, long offset) {
        return new FactIds(recordedAt, id.isEmpty() ? topic + "/" + partition + "/" + offset : id);
    }

    /** The id of the nth question that came of it. */
    public String nthDoubt(int n) {
        return Uuid7.derived(recordedAt, seed + "/doubt/" + n).toString();
    }

    String nth(int n) {
        return Uuid7.derived(recordedAt, seed + "/" + n).toString();
    }
}
