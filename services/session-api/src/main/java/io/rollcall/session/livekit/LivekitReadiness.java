package io.rollcall.session.livekit;

import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.log.LogKeys;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How LiveKit is doing, asked now and then on every instance, so that it is known without traffic too and an open
 * breaker closes again. Never worse than degraded: sessions are taken without LiveKit.
 */
public final class LivekitReadiness implements ReadinessCheck, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LivekitReadiness.class);

    private final RoomApi rooms;
    private final ScheduledExecutorService schedule = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("livekit-readiness").daemon().factory());
    private volatile Optional<Boolean> makesRoomsByItself = Optional.empty();
    private volatile @Nullable String told;

    /** Asks at once and then so often. */
    @SuppressWarnings("FutureReturnValueIgnored") // asking tells of its own failures
    public LivekitReadiness(RoomApi rooms, Duration interval) {
        this.rooms = rooms;
        schedule.scheduleWithFixedDelay(this::ask, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public String name() {
        return "livekit";
    }

    @Override
    public Readiness check() {
        RoomApiException trouble = rooms.trouble();
        if (trouble != null) {
            return Readiness.degraded(
                    trouble.isAboutUs()
                            ? "LiveKit does not take our key: check LIVEKIT_API_KEY, LIVEKIT_API_SECRET and the clocks"
                            : trouble.getMessage());
        }
        return makesRoomsByItself.orElse(false)
                ? Readiness.degraded("LiveKit makes rooms by itself, so that a token opens a room that was deleted:"
                        + " set room.auto_create to false")
                : Readiness.up();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends in the handler
    private void ask() {
        rooms.makesRoomsByItself().handle((answer, failure) -> {
            if (failure == null) {
                makesRoomsByItself = answer;
            } else if (!isOfTheApi(failure)) {
                LOG.atError().setCause(failure).log("LiveKit could not be asked");
            }
            tell();
            return null;
        });
    }

    private void tell() {
        Readiness now = check();
        String reason = now.reason();
        if (Objects.equals(reason, told)) {
            return;
        }
        told = reason;
        if (reason == null) {
            LOG.info("LiveKit answers");
        } else {
            LOG.atWarn().addKeyValue(LogKeys.REASON, reason).log("LiveKit is not as it should be");
        }
    }

    private static boolean isOfTheApi(Throwable failure) {
        return failure instanceof RoomApiException
                || (failure instanceof CompletionException && failure.getCause() instanceof RoomApiException);
    }

    @Override
    public void close() {
        schedule.shutdownNow();
    }
}
