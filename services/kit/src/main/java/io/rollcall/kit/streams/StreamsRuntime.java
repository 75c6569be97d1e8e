package io.rollcall.kit.streams;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.ProcessExit;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.Connections;
import io.rollcall.kit.kafka.ExactlyOnceGuard;
import io.rollcall.kit.kafka.GroupMembership;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.UnfitBrokerException;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.config.StreamsBuilderFactoryBean;

/**
 * Runs the topologies of a service. Starts them once Kafka answers and is fit for exactly-once, their topics exist and
 * the registry has said its ids; until then the service is up and says what it waits for. A thread that dies of an
 * outage is replaced; what else stops a thread, or too many of them, ends the process.
 */
public final class StreamsRuntime implements SmartLifecycle, ReadinessCheck, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsRuntime.class);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LOOK_AT_LAGS_EVERY = Duration.ofMillis(200);
    private static final Duration CATCH_UP_WITHIN = Duration.ofMinutes(2);

    private final StreamsBuilderFactoryBean factory;
    private final StreamTopics topics;
    private final ReadableStores readable;
    private final Map<String, Object> adminProperties;
    private final String group;
    private final Settling settling;
    private final ThreadFailures failures;
    private final List<StartCheck> checks;
    private final ProcessExit exit;
    private final Duration silenceAllowed;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable Thread starter;
    private volatile String waitingFor = "not started";
    private volatile boolean given;
    private volatile boolean caughtUp;

    StreamsRuntime(
            StreamsBuilderFactoryBean factory,
            StreamTopics topics,
            ReadableStores readable,
            Map<String, Object> adminProperties,
            String group,
            Settling settling,
            ThreadFailures failures,
            List<StartCheck> checks,
            ProcessExit exit,
            Duration silenceAllowed) {
        this.factory = factory;
        this.topics = topics;
        this.readable = readable;
        this.adminProperties = adminProperties;
        this.group = group;
        this.settling = settling;
        this.failures = failures;
        this.checks = checks;
        this.exit = exit;
        this.silenceAllowed = silenceAllowed;
        factory.setStreamsUncaughtExceptionHandler(this::threadFailed);
        factory.setStateListener(this::stateChanged);
    }

    /**
     * The running streams, to ask their stores.
     *
     * @throws UnavailableException when they have not come up, or are ending
     */
    public KafkaStreams running() {
        KafkaStreams streams = factory.getKafkaStreams();
        if (!given || streams == null || !streams.state().isRunningOrRebalancing()) {
            throw new UnavailableException("The state stores are not open yet.", Duration.ofSeconds(1));
        }
        return streams;
    }

    /**
     * Whether a partition of a store may be read here: by its owner when it is restored, by others when their copy is
     * near. See {@code ReadableStores}.
     */
    public boolean mayBeRead(String store, int partition) {
        return readable.mayBeRead(store, partition);
    }

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public Readiness check() {
        KafkaStreams streams = factory.getKafkaStreams();
        if (!given || streams == null) {
            return Readiness.down(waitingFor);
        }
        return switch (streams.state()) {
            case RUNNING -> whileRunning(streams);
            case CREATED, REBALANCING -> Readiness.down("taking over and restoring state");
            case PENDING_SHUTDOWN, NOT_RUNNING -> Readiness.down("ending");
            case PENDING_ERROR, ERROR -> Readiness.down("failed, the process ends");
        };
    }

    private Readiness whileRunning(KafkaStreams streams) {
        if (!Connections.any(streams.metrics())) {
            return Readiness.degraded("no broker answers");
        }
        // The state says nothing about a group whose coordinator has lost its members, or is not to be found.
        Duration silence = GroupMembership.silence(streams.metrics());
        if (silence.compareTo(silenceAllowed) > 0) {
            return Readiness.down("not heard by its group for " + silence.toSeconds() + " s: nothing is processed");
        }
        return caughtUp ? Readiness.up() : Readiness.down("copying state");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("rollcall.streams.state", this, StreamsRuntime::state)
                .description("-1 waiting to start, 0 created, 1 rebalancing, 2 running, 3 ending, 4 ended, 5 failing,"
                        + " 6 failed")
                .register(registry);
        Gauge.builder("rollcall.streams.thread.failures", failures, ThreadFailures::total)
                .description("stream threads that died")
                .register(registry);
    }

    private int state() {
        KafkaStreams streams = factory.getKafkaStreams();
        if (!given || streams == null) {
            return -1;
        }
        return switch (streams.state()) {
            case CREATED -> 0;
            case REBALANCING -> 1;
            case RUNNING -> 2;
            case PENDING_SHUTDOWN -> 3;
            case NOT_RUNNING -> 4;
            case PENDING_ERROR -> 5;
            case ERROR -> 6;
        };
    }

    @Override
    public synchronized void start() {
        if (starter == null && end.getCount() > 0) {
            starter = Thread.ofVirtual().name("streams-start").start(this::startWhenPossible);
        }
    }

    private void startWhenPossible() {
        try {
            // Half a second, which else passes while others have given their part up for this one already.
            RocksDB.loadLibrary();
            if (obstaclesGo()) {
                factory.start();
                given = true;
                LOG.info("the streams have started");
                catchUp();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | LinkageError e) {
            waitingFor = "failed, the process ends";
            LOG.atError().setCause(e).log("the streams cannot start");
            exit.because("the streams cannot start");
        }
    }

    /** Returns when nothing is in the way, or with false when the process ends before. */
    private boolean obstaclesGo() throws InterruptedException {
        try (Admin admin = Admin.create(adminProperties)) {
            while (end.getCount() > 0) {
                String obstacle = obstacle(admin);
                if (obstacle == null) {
                    return true;
                }
                if (!obstacle.equals(waitingFor)) {
                    waitingFor = obstacle;
                    LOG.atWarn().addKeyValue(LogKeys.REASON, obstacle).log("the streams wait to start");
                }
                end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
            return false;
        }
    }

    /**
     * Waits until what this instance holds, its copies of others' state too, is as good as whole. Only then somebody else
     * may be stopped, as a rollout does when it hears that this one is ready. Where more is written between two looks
     * than a small lag there is no end to that, and this one is needed all the more. From then on looks only while
     * a copy is in the making.
     */
    private void catchUp() throws InterruptedException {
        long giveUpAt = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
        while (!end.await((caughtUp ? RETRY : LOOK_AT_LAGS_EVERY).toMillis(), TimeUnit.MILLISECONDS)) {
            if (!caughtUp && System.nanoTime() - giveUpAt > 0) {
                LOG.atWarn().log("copies of state are still behind, and are no longer waited for");
                caughtUp = true;
            }
            KafkaStreams streams = factory.getKafkaStreams();
            if (streams != null
                    && streams.state() == KafkaStreams.State.RUNNING
                    && (!caughtUp || readable.haveCopiesInTheMaking())) {
                lookAtLags(streams);
            }
        }
    }

    private void lookAtLags(KafkaStreams streams) {
        try {
            Map<String, Map<Integer, LagInfo>> lags = streams.allLocalStorePartitionLags();
            lags.forEach((store, partitions) ->
                    partitions.forEach((partition, lag) -> readable.lag(store, partition, lag.offsetLag())));
            if (lags.values().stream()
                    .flatMap(store -> store.values().stream())
                    .allMatch(lag -> lag.offsetLag() <= StreamsSettings.SMALL_LAG)) {
                caughtUp = true;
            }
        } catch (RuntimeException e) {
            // The broker does not tell, or a store goes while we look: the streams are none the worse for it.
            LOG.atDebug().setCause(e).log("the broker does not tell how far the state is");
        }
    }

    /** What is in the way now; null when nothing is. */
    private @Nullable String obstacle(Admin admin) throws InterruptedException {
        try {
            ExactlyOnceGuard.check(admin, ASK);
            Set<String> missing = new TreeSet<>(external(topology()));
            missing.removeAll(admin.listTopics().names().get(ASK.toMillis(), TimeUnit.MILLISECONDS));
            if (!missing.isEmpty()) {
                return "topics do not exist yet: " + String.join(", ", missing);
            }
            for (StartCheck check : checks) {
                check.check(admin);
            }
            topics.warm();
            return othersHaveTheWork(admin) && !settling.isOver()
                    ? "others have its work until this process has settled"
                    : null;
        } catch (RegistryUnavailableException e) {
            return "the schema registry does not answer, or lacks our schemas";
        } catch (RetriableException | java.util.concurrent.TimeoutException e) {
            return "no broker answers";
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return "no broker answers";
            }
            throw new UnfitBrokerException("the broker does not tell of its topics", e.getCause());
        }
    }

    /** What is handed over stands still for as long as its new owner needs for the first steps. */
    private boolean othersHaveTheWork(Admin admin)
            throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
        try {
            return admin
                    .describeConsumerGroups(List.of(group))
                    .all()
                    .get(ASK.toMillis(), TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .anyMatch(it -> !it.members().isEmpty());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }

    private Topology topology() {
        Topology topology = factory.getTopology();
        if (topology == null) {
            throw new IllegalStateException("no topology has been built");
        }
        return topology;
    }

    /** The topics that others must have made: all but those that Streams makes itself. */
    private static Set<String> external(Topology topology) {
        Set<String> read = new TreeSet<>();
        Set<String> written = new TreeSet<>();
        for (TopologyDescription.Subtopology sub : topology.describe().subtopologies()) {
            for (TopologyDescription.Node node : sub.nodes()) {
                switch (node) {
                    case TopologyDescription.Source source
                    when source.topicSet() != null -> read.addAll(source.topicSet());
                    case TopologyDescription.Sink sink when sink.topic() != null -> written.add(sink.topic());
                    default -> {}
                }
            }
        }
        Set<String> internal = new TreeSet<>(read);
        internal.removeIf(topic -> !topic.endsWith("-repartition"));
        read.addAll(written);
        read.removeAll(internal);
        return read;
    }

    private StreamThreadExceptionResponse threadFailed(Throwable failure) {
        return switch (failures.decide(failure)) {
            case REPLACE -> {
                LOG.atWarn().setCause(failure).log("a stream thread died of an outage and is replaced");
                yield StreamThreadExceptionResponse.REPLACE_THREAD;
            }
            case GIVE_UP -> {
                LOG.atError().setCause(failure).log("a stream thread died");
                exit.because("a stream thread died: " + failure.getClass().getSimpleName());
                yield StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        };
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.atInfo().addKeyValue("from", before).addKeyValue("to", now).log("the streams change state");
        if (now == KafkaStreams.State.ERROR && end.getCount() > 0) {
            exit.because("the streams failed");
        }
    }

    @Override
    public void stop() {
        end.countDown();
        Thread starting = starter;
        try {
            if (starting != null && !given) {
                starting.interrupt();
                starting.join(ASK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        factory.stop();
    }

    @Override
    public boolean isRunning() {
        return starter != null && end.getCount() > 0;
    }

    @Override
    public int getPhase() {
        return KafkaPhases.STREAMS;
    }
}
