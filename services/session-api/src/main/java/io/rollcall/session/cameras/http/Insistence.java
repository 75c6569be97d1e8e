package io.rollcall.session.cameras.http;

import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.CameraEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what should be recorded but fails no request: again, until it is. */
final class Insistence {

    private static final Logger LOG = LoggerFactory.getLogger(Insistence.class);
    private static final int ATTEMPTS = 10;

    private final Duration pause;

    /**
     * Tries ten times.
     *
     * @param pause before the second time, twice as long before the third, and so on
     */
    Insistence(Duration pause) {
        this.pause = pause;
    }

    /**
     * Sends; the same command each time, so that it is decided once.
     *
     * @param recorded whether an answer tells that it is recorded
     * @return done when the first attempt has ended, well or not; the others go on behind it
     */
    CompletableFuture<Void> until(Supplier<CompletableFuture<CameraEvent>> sending, Predicate<CameraEvent> recorded) {
        return attempt(1, sending, recorded);
    }

    private CompletableFuture<Void> attempt(
            int number, Supplier<CompletableFuture<CameraEvent>> sending, Predicate<CameraEvent> recorded) {
        return sending.get().handle((event, failure) -> {
            if (failure == null && recorded.test(event)) {
                return null;
            }
            if (number == ATTEMPTS || (failure != null && !isAway(failure))) {
                LOG.atWarn().setCause(failure).log("what became of a PTZ command could not be recorded");
                return null;
            }
            CompletableFuture.delayedExecutor(pause.toMillis() * number, TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        var _ = attempt(number + 1, sending, recorded);
                    });
            return null;
        });
    }

    private static boolean isAway(Throwable failure) {
        return failure instanceof UnavailableException
                || (failure instanceof CompletionException && failure.getCause() instanceof UnavailableException);
    }
}
