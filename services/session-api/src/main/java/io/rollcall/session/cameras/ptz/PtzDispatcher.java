package io.rollcall.session.cameras.ptz;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.PtzEventType;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has cameras moved by the driver that is set, and all of it written down: what is asked before anything moves. */
public final class PtzDispatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PtzDispatcher.class);
    private static final int AT_ONCE = 256;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final PtzDriver driver;
    private final PtzLog log;
    private final Duration patience;
    private final MeterRegistry meters;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** What became of an order. */
    public enum Outcome {
        DONE,
        UNSUPPORTED,
        FAILED,
        TIMED_OUT
    }

    /** Gives the driver this long for each order. */
    public PtzDispatcher(PtzDriver driver, PtzLog log, Duration patience, MeterRegistry meters) {
        this.driver = driver;
        this.log = log;
        this.patience = patience;
        this.meters = meters;
    }

    /** How long an order may take at most. */
    public Duration patience() {
        return patience;
    }

    /**
     * Carries an order out; waits for it.
     *
     * @throws UnavailableException when it could not be written down: then nothing has moved
     */
    public Outcome carryOut(PtzOrder order, Camera camera) {
        if (!free.tryAcquire()) {
            throw new UnavailableException("Too many cameras are being moved; try again in a moment.", RETRY_AFTER);
        }
        try {
            log.write(order, camera, driver.name(), PtzEventType.PTZ_REQUESTED, "", Duration.ZERO);
            long from = System.nanoTime();
            String reason = "";
            Outcome outcome = Outcome.DONE;
            try {
                drive(order, camera);
            } catch (PtzException e) {
                reason = Objects.requireNonNullElse(e.getMessage(), "");
                outcome = outcome(e.kind());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - from);
            meters.timer(
                            "camera.ptz",
                            "driver",
                            driver.name(),
                            "outcome",
                            outcome.name().toLowerCase(Locale.ROOT))
                    .record(took);
            note(order, camera, outcome, reason, took);
            return outcome;
        } finally {
            free.release();
        }
    }

    private void drive(PtzOrder order, Camera camera) {
        if (!camera.getPtzEnabled()) {
            throw new PtzException(Kind.UNSUPPORTED, "ptz_enabled is false");
        }
        driver.check(camera);
        Future<?> driving = threads.submit(() -> driver.drive(camera, order.motion(), order.speed(), patience));
        try {
            // A look-up of a name does not keep to the driver's own time-out.
            driving.get(patience.toMillis() + 250, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PtzException known
                    ? known
                    : new PtzException(Kind.FAILED, "the driver failed", e.getCause());
        } catch (TimeoutException e) {
            driving.cancel(true);
            throw new PtzException(Kind.TIMED_OUT, "no answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PtzException(Kind.FAILED, "the service is stopping", e);
        }
    }

    private void note(PtzOrder order, Camera camera, Outcome outcome, String reason, Duration took) {
        PtzEventType type = switch (outcome) {
            case DONE -> PtzEventType.PTZ_EXECUTED;
            case UNSUPPORTED -> PtzEventType.PTZ_REFUSED;
            case FAILED -> PtzEventType.PTZ_FAILED;
            case TIMED_OUT -> PtzEventType.PTZ_TIMED_OUT;
        };
        if (outcome == Outcome.FAILED || outcome == Outcome.TIMED_OUT) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.COMMAND_ID, order.header().getCommandId())
                    .addKeyValue(LogKeys.REASON, reason)
                    .log("a camera was not moved");
        }
        try {
            log.write(order, camera, driver.name(), type, reason, took);
        } catch (UnavailableException e) {
            // It has moved or not all the same, and that it was asked to is written.
            LOG.atWarn()
                    .addKeyValue(LogKeys.COMMAND_ID, order.header().getCommandId())
                    .log("what became of a PTZ command could not be written");
        }
    }

    private static Outcome outcome(Kind kind) {
        return switch (kind) {
            case UNSUPPORTED -> Outcome.UNSUPPORTED;
            case FAILED -> Outcome.FAILED;
            case TIMED_OUT -> Outcome.TIMED_OUT;
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
