package io.rollcall.session.livekit;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.session.livekit.domain.Listing;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In the place of {@link RoomPoller} where webhooks alone tell who is in rooms: our own rooms are made and deleted all
 * the same, again until they are there or gone. Every instance does it; what another one has done is done.
 */
final class RoomSettler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoomSettler.class);

    private final RoomApi api;
    private final List<RoomOwner> owners;
    private final InstantSource clock;
    private final ScheduledExecutorService schedule = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("room-settler").daemon().factory());
    private @Nullable String trouble;

    /** Lists LiveKit's rooms at once and then so often. */
    @SuppressWarnings("FutureReturnValueIgnored") // settling tells of its own failures
    RoomSettler(RoomApi api, List<RoomOwner> owners, Duration interval, InstantSource clock) {
        this.api = api;
        this.owners = List.copyOf(owners);
        this.clock = clock;
        schedule.scheduleWithFixedDelay(this::settle, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void settle() {
        List<RoomOwner> ready = owners.stream().filter(RoomOwner::isReady).toList();
        if (ready.isEmpty()) {
            return;
        }
        var askedAt = clock.instant();
        try {
            api.listRooms()
                    .thenCompose(rooms -> settled(ready, Listing.of(askedAt, rooms)))
                    .join();
            trouble = null;
        } catch (RuntimeException e) {
            troubled(DeadLetters.describe(e));
        }
    }

    private static CompletableFuture<Void> settled(List<RoomOwner> owners, Listing listing) {
        return CompletableFuture.allOf(
                owners.stream().map(owner -> owner.settle(listing)).toArray(CompletableFuture[]::new));
    }

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.atWarn().addKeyValue(LogKeys.REASON, why).log("our rooms have to wait until LiveKit lists them");
        }
    }

    @Override
    public void close() {
        schedule.shutdownNow();
    }
}
