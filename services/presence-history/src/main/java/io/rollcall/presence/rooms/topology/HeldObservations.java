package io.rollcall.presence.rooms.topology;

import io.rollcall.schemas.livekit.LivekitObservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Polls that wait until nothing can come before them any more. Webhooks and polls are two topics: which of two records
 * of nearly one moment is read first is chance, and a replay would decide otherwise. So a poll takes its place behind
 * every record of up to two seconds later, and before the first one that is later still. Only records let it go, no
 * clock does: the next webhook of its partition, or the next poll.
 */
final class HeldObservations {

    static final long HOLD_MS = Duration.ofSeconds(2).toMillis();

    private final KeyValueStore<Bytes, LivekitObservation> store;
    private long dueAt = Long.MAX_VALUE;

    /**
     * A poll whose turn has come.
     *
     * @param timestamp of its record
     * @param offset of its record
     */
    record Held(long timestamp, long offset, LivekitObservation observation) {}

    HeldObservations(KeyValueStore<Bytes, LivekitObservation> store) {
        this.store = store;
        findDue();
    }

    void hold(long timestamp, long offset, LivekitObservation observation) {
        store.put(StoreKeys.observation(timestamp, offset), observation);
        dueAt = Math.min(dueAt, timestamp + HOLD_MS);
    }

    /** Takes out what comes before a record of this time, in order. */
    List<Held> before(long timestamp) {
        if (timestamp < dueAt) {
            return List.of();
        }
        List<Held> due = new ArrayList<>();
        try (var held = store.range(null, StoreKeys.observation(timestamp - HOLD_MS, Long.MAX_VALUE))) {
            held.forEachRemaining(entry ->
                    due.add(new Held(StoreKeys.timestampOf(entry.key), StoreKeys.offsetOf(entry.key), entry.value)));
        }
        due.forEach(held -> store.delete(StoreKeys.observation(held.timestamp(), held.offset())));
        findDue();
        return due;
    }

    private void findDue() {
        try (var held = store.all()) {
            dueAt = held.hasNext() ? StoreKeys.timestampOf(held.next().key) + HOLD_MS : Long.MAX_VALUE;
        }
    }
}
