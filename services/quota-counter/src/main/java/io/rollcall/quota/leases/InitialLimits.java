package io.rollcall.quota.leases;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.quota.leases.wire.QuotaCommands;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Gives the agencies of the configuration their limits, by commands through the log like every other limit. The decider
 * heeds them only where none has been set before, so that any number of instances may ask at once.
 */
public final class InitialLimits implements SmartLifecycle, ReadinessCheck {

    private static final Logger LOG = LoggerFactory.getLogger(InitialLimits.class);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final Map<String, Integer> limits;
    private final View<AgencyUsage> agencies;
    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final InstantSource clock;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean done;
    private volatile @Nullable Thread thread;

    /** With the limits by agency, and the view of those that are set. */
    public InitialLimits(
            Map<String, Integer> limits,
            View<AgencyUsage> agencies,
            CommandClient<QuotaCommand, QuotaEvent> commands,
            InstantSource clock) {
        this.limits = limits;
        this.agencies = agencies;
        this.commands = commands;
        this.clock = clock;
    }

    private void run() {
        try {
            agencies.caughtUp().get();
            for (Map.Entry<String, Integer> limit : limits.entrySet()) {
                while (agencies.get(limit.getKey()).isEmpty() && !set(limit.getKey(), limit.getValue())) {
                    if (end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            }
            done = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a view does not fail to catch up", e);
        }
    }

    private boolean set(String agency, int limit) {
        String id = UUID.randomUUID().toString();
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId(id)
                .setIssuedAt(clock.instant())
                .setAuthor("configuration")
                .setCorrelationId(id)
                .build();
        try {
            commands.send(agency, header, QuotaCommands.setLimit(header, agency, limit, true))
                    .join();
            return true;
        } catch (CompletionException e) {
            LOG.atDebug().addKeyValue(LogKeys.REASON, e.getCause()).log("a limit could not be set yet");
            return false;
        }
    }

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public Readiness check() {
        return done ? Readiness.up() : Readiness.down("the limits of the configuration have not been set yet");
    }

    @Override
    public synchronized void start() {
        if (thread == null && end.getCount() > 0) {
            thread = Thread.ofVirtual().name("initial-limits").start(this::run);
        }
    }

    @Override
    public void stop() {
        end.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null && end.getCount() > 0;
    }

    @Override
    public int getPhase() {
        return KafkaPhases.STREAMS + 1;
    }
}
