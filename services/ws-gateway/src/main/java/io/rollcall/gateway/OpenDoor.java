package io.rollcall.gateway;

import io.rollcall.gateway.protocol.Disconnect;
import io.rollcall.gateway.websocket.Traffic;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.springframework.context.SmartLifecycle;

/**
 * Whether clients are let in: not before what they may ask for is here, and not once the service goes. At the end it
 * tells everybody to go elsewhere, before the web server closes.
 */
final class OpenDoor implements SmartLifecycle {

    private static final long GOODBYE_MS = 3_000;

    private final Consumer<Disconnect> sendAway;
    private final Traffic traffic;
    private final BooleanSupplier ready;
    private volatile boolean running;

    OpenDoor(Consumer<Disconnect> sendAway, Traffic traffic, BooleanSupplier ready) {
        this.sendAway = sendAway;
        this.traffic = traffic;
        this.ready = ready;
    }

    boolean isReady() {
        return ready.getAsBoolean();
    }

    boolean isOpen() {
        return running && isReady();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        sendAway.accept(Disconnect.SHUTDOWN);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MS);
        while (traffic.open() > 0 && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Right after readiness has gone, before the web server lets its requests finish. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 512;
    }
}
