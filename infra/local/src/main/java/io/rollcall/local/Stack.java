package io.rollcall.local;

import io.rollcall.broker.TopicCreator;
import io.rollcall.local.PortHolder.Port;
import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.SchemaPublisher;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * The stack on this machine: Kafka, the schema registry, Redis, the services and, where there is one, LiveKit, each a process
 * of its own, started in the order in which they need each other, watched over, and stopped in the opposite order.
 */
public final class Stack implements AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Executor STEPS = task -> Thread.ofVirtual().start(task);

    private final Supervisor supervisor;
    private final StackLock lock;
    private final Settings settings;
    private final Parts parts;
    private final Console console;
    /** Guests stop first: they work for what they were brought in for, not for the stack. */
    private final List<String> guests = new CopyOnWriteArrayList<>();

    private boolean closed;

    /**
     * What the stack is made of.
     *
     * @param home the folder of the repository
     * @param data where everything is kept
     * @param ports where the parts listen
     * @param livekit whose webhooks it takes
     * @param reconcile whether rooms are compared with what LiveKit says; off for webhooks that no LiveKit stands
     *     behind
     * @param services which services it has from the start
     * @param environment what every service is told besides
     * @param rehearsal whether it runs only for Java to learn how its services work
     */
    public record Settings(
            Path home,
            DataFolder data,
            Ports ports,
            Livekit livekit,
            boolean reconcile,
            Set<Service> services,
            Map<String, String> environment,
            boolean rehearsal) {

        /** A stack whose services are told nothing besides. */
        public Settings(
                Path home, DataFolder data, Ports ports, Livekit livekit, boolean reconcile, Set<Service> services) {
            this(home, data, ports, livekit, reconcile, services, Map.of(), false);
        }

        /** A stack with all of its services. */
        public Settings(Path home, DataFolder data, Ports ports, Livekit livekit, boolean reconcile) {
            this(home, data, ports, livekit, reconcile, Parts.SERVICES);
        }
    }

    private Stack(Supervisor supervisor, StackLock lock, Settings settings, Parts parts, Console console) {
        this.supervisor = supervisor;
        this.lock = lock;
        this.settings = settings;
        this.parts = parts;
        this.console = console;
    }

    /**
     * Makes sure that nothing is in the way: no stack on the same data, no process that was left over, no port that is
     * taken. Starts nothing yet, so that {@link #close} can be arranged for first.
     *
     * @throws StackException when something is, with its name
     */
    public static Stack prepare(Settings settings, PrintStream out) {
        DataFolder data = settings.data();
        try {
            StackLock lock = StackLock.take(data).orElseThrow(() -> alreadyRuns(data));
            try {
                requireNothingLeft(data);
                Parts parts = Parts.of(settings);
                requireFreePorts(parts);
                var console = new Console(out);
                return new Stack(new Supervisor(data, console), lock, settings, parts, console);
            } catch (StackException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StackException("cannot use the folder " + data.root() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether every process starts as it does ever after: of what Java keeps for later starts nothing is missing, without
     * which one that is killed comes back several times as slowly.
     */
    boolean startsFast() throws IOException {
        for (Part part : parts.all()) {
            if (!Java.hasItsClasses(part.command())) {
                return false;
            }
        }
        return true;
    }

    /** Starts everything and returns when all of it is ready. */
    public void start() {
        var kafka = begin(parts.kafka()).thenRunAsync(this::createTopics, STEPS);
        var registry = begin(parts.registry()).thenRunAsync(this::publishSchemas, STEPS);
        var redis = parts.redis().map(this::begin).orElseGet(() -> CompletableFuture.completedFuture(null));
        var services =
                CompletableFuture.allOf(kafka, registry, redis).thenComposeAsync(_ -> begin(parts.services()), STEPS);
        // Last, so that no webhook ever finds the door closed.
        var livekit = services.thenComposeAsync(
                _ -> parts.livekit().map(this::begin).orElseGet(() -> CompletableFuture.completedFuture(null)), STEPS);
        awaitAll(List.of(kafka, registry, redis, services, livekit));
        supervisor.up();
        console.event("all", "ready");
        console.started();
    }

    /** Starts a service that the stack does not have yet, and returns when it is ready. */
    public void start(Service service) {
        awaitAll(List.of(begin(Parts.service(settings, service))));
    }

    /** How a service of the stack is started, to start another one like it. */
    public Part part(Service service) {
        return Parts.service(settings, service);
    }

    /** Starts a process of somebody else's making beside the parts, and returns when it is ready. */
    public void start(Part guest) {
        guests.add(guest.name());
        awaitAll(List.of(begin(guest)));
    }

    /** Services take their settings from our own environment too. */
    private List<Topic<?>> topics() {
        String total = settings.environment()
                .getOrDefault("QUOTA_LIMIT_TOTAL", System.getenv().getOrDefault("QUOTA_LIMIT_TOTAL", ""));
        return total.isBlank() ? Topics.all() : Topics.allWithATotalLimit();
    }

    private CompletableFuture<Void> begin(Part part) {
        return supervisor.start(part);
    }

    private CompletableFuture<Void> begin(List<Part> together) {
        return CompletableFuture.allOf(together.stream().map(this::begin).toArray(CompletableFuture[]::new));
    }

    /** The first failure of any is the failure; what else is under way is stopped by {@link #close}. */
    private static void awaitAll(List<CompletableFuture<Void>> steps) {
        var failure = new CompletableFuture<Void>();
        steps.forEach(step -> step.exceptionally(e -> {
            failure.completeExceptionally(e);
            return null;
        }));
        try {
            CompletableFuture.anyOf(CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new)), failure)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StackException known ? known : new StackException(reason(e), e);
        }
    }

    private static String reason(CompletionException e) {
        return String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }

    private void createTopics() {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.ports().kafka()))) {
            TopicCreator.Report report =
                    new TopicCreator(admin).create(topics()).requireSame();
            console.event(
                    "topics",
                    report.created().isEmpty()
                            ? "all " + Topics.all().size() + " are there"
                            : "created " + String.join(", ", report.created()));
            report.changed().forEach(change -> console.event("topics", "changed " + change));
        }
    }

    private void publishSchemas() {
        try (var registry = new ApicurioRegistry(
                URI.create("http://127.0.0.1:" + settings.ports().registry()), ANSWER_WITHIN)) {
            new SchemaPublisher(registry).publish(Topics.all());
            console.event("schemas", "published");
        }
    }

    /** Where the parts listen. */
    public Ports ports() {
        return settings.ports();
    }

    /** The number of a part's process now. */
    public long pid(String part) {
        ProcessId process = supervisor.process(part);
        if (process == null) {
            throw new StackException(part + " has no process at the moment");
        }
        return process.pid();
    }

    /** Ends a part's process with kill -9; it is started again. */
    public void kill(String part) {
        supervisor.kill(part);
    }

    /** Ends a part's process with kill -9 and keeps it away until {@link #bringBack}. */
    public void takeAway(String part) {
        supervisor.hold(part);
    }

    /** Starts a part again that was taken away. */
    public void bringBack(String part) {
        supervisor.release(part);
    }

    /** Whether a part's present process has said that it is ready. */
    public boolean ready(String part) {
        return supervisor.ready(part);
    }

    /** Stops everything that was started, in order, and nothing else. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        supervisor.close();
        supervisor.stop(guests);
        for (List<String> together : Parts.STOPPING_ORDER) {
            supervisor.stop(together);
        }
        try {
            RunFile.delete(settings.data());
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StackException alreadyRuns(DataFolder data) {
        String launcher = "";
        try {
            launcher = RunFile.read(data)
                    .map(run -> " (launcher: process " + run.launcher().pid() + ", since " + run.startedAt() + ")")
                    .orElse("");
        } catch (IOException e) {
            // The message does without.
        }
        return new StackException("A stack already runs on the data in " + data.root() + launcher
                + ".\nSee it with ./rollcall status, stop it with ./rollcall down, or start another one elsewhere with"
                + " --data DIR once its ports are free.");
    }

    private static void requireNothingLeft(DataFolder data) throws IOException {
        List<RunFile.Entry> survivors =
                RunFile.read(data).map(RunFile::survivors).orElse(List.of());
        if (!survivors.isEmpty()) {
            throw new StackException("The launcher of an earlier run was killed; what it had started still runs:\n"
                    + survivors.stream()
                            .map(entry -> "  " + entry.name() + ": process "
                                    + entry.process().pid())
                            .collect(Collectors.joining("\n"))
                    + "\nStop it with ./rollcall down" + ", then start again.");
        }
        RunFile.delete(data);
    }

    private static void requireFreePorts(Parts parts) {
        List<Port> ports =
                parts.all().stream().flatMap(part -> part.ports().stream()).toList();
        List<PortHolder> holders = PortHolder.of(ports);
        if (!holders.isEmpty()) {
            throw new StackException("These ports are taken:\n"
                    + holders.stream()
                            .map(holder -> "  " + holder.port() + " by " + holder.describe())
                            .collect(Collectors.joining("\n"))
                    + "\nEnd what holds them and start again.");
        }
    }
}
