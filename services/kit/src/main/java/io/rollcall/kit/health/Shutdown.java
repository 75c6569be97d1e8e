package io.rollcall.kit.health;

import org.springframework.context.SmartLifecycle;

/** The first thing to end: from then on the service says that it is not ready, while it finishes what it has. */
final class Shutdown implements ReadinessCheck, SmartLifecycle {

    private volatile boolean running;

    @Override
    public String name() {
        return "lifecycle";
    }

    @Override
    public Readiness check() {
        return running ? Readiness.up() : Readiness.down("starting or shutting down");
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
