package io.rollcall.local;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends a process: asked first, then asked again (LiveKit waits for its participants to leave until it is asked twice),
 * killed when it does not listen.
 */
final class Stopping {

    private Stopping() {}

    /** Waits until the process has ended; false when it had to be killed. */
    static boolean stop(ProcessHandle process, Duration patience) {
        process.destroy();
        if (ended(process, patience)) {
            return true;
        }
        process.destroy();
        if (ended(process, Duration.ofSeconds(2))) {
            return true;
        }
        process.destroyForcibly();
        ended(process, Duration.ofSeconds(10));
        return false;
    }

    private static boolean ended(ProcessHandle process, Duration within) {
        try {
            process.onExit().get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return !process.isAlive();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot wait for process " + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }
}
