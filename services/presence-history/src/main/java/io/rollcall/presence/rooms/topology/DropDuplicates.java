package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.streams.CommitPace;
import io.rollcall.presence.rooms.wire.Bounds;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.time.Duration;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * R1: of an event that LiveKit sent more than once within 24 hours of stream time, the first copy passes. The ids lie
 * by day, today's and yesterday's are asked, and older days are swept; what a sweep has or has not reached yet is
 * never asked for, so it decides nothing.
 */
final class DropDuplicates implements Processor<String, LivekitEvent, String, SpecificRecord> {

    private static final long REMEMBERED_MS = Duration.ofHours(24).toMillis();
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    private static final int SWEPT_AT_ONCE = 20_000;

    private final Duration commitInterval;
    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<Bytes, Long> seen;
    private SeenIds recently;
    private CommitPace pace;

    @SuppressWarnings("NullAway.Init")
    private DropDuplicates(Duration commitInterval) {
        this.commitInterval = commitInterval;
    }

    static ProcessorSupplier<String, LivekitEvent, String, SpecificRecord> supplier(
            Duration commitInterval, PresenceStores.Place place) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, LivekitEvent, String, SpecificRecord> get() {
                return new DropDuplicates(commitInterval);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return PresenceStores.eventIds(place);
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        this.context = context;
        this.seen = context.getStateStore(PresenceStores.EVENT_IDS);
        try (var ids = seen.all()) {
            this.recently = new SeenIds(!ids.hasNext());
        }
        this.pace = new CommitPace(context, commitInterval);
        context.schedule(SWEEP_EVERY, PunctuationType.WALL_CLOCK_TIME, _ -> sweep());
    }

    @Override
    public void process(Record<String, LivekitEvent> record) {
        pace.processing(record.timestamp());
        String id = Bounds.name(record.value().getLivekitEventId());
        if (id.isEmpty() || firstWithin24Hours(id)) {
            context.forward(record.withValue(record.value()));
        }
    }

    private boolean firstWithin24Hours(String id) {
        long now = context.currentStreamTimeMs();
        long today = StoreKeys.dayOf(now);
        if (!recently.surelyNew(id, today)) {
            Long before = seenOn(today, id);
            if (before != null && now - before < REMEMBERED_MS) {
                return false;
            }
        }
        seen.put(StoreKeys.eventId(today, id), now);
        recently.add(id);
        return true;
    }

    private @Nullable Long seenOn(long today, String id) {
        Long before = seen.get(StoreKeys.eventId(today, id));
        return before == null ? seen.get(StoreKeys.eventId(today - 1, id)) : before;
    }

    private void sweep() {
        long yesterday = StoreKeys.dayOf(context.currentStreamTimeMs()) - 1;
        if (yesterday <= 0) {
            return;
        }
        try (var old = seen.range(StoreKeys.day(0), StoreKeys.day(yesterday))) {
            for (int i = 0; i < SWEPT_AT_ONCE && old.hasNext(); i++) {
                Bytes key = old.next().key;
                // The range ends with yesterday's own first possible key, which no id has.
                seen.delete(key);
            }
        }
    }
}
