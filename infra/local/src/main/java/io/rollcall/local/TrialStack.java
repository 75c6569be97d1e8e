package io.rollcall.local;

import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A stack for one benchmark or fault program: on free ports beside any other, with data of its own that is new at the
 * start and goes at the end. The logs stay. Ctrl-C stops it too.
 */
public final class TrialStack implements AutoCloseable {

    private static final Duration REGISTRY_ANSWERS_WITHIN = Duration.ofSeconds(10);
    private static final String LOGS = "logs";

    private final Stack stack;
    private final DataFolder data;
    private final ApicurioRegistry registry;
    private final Map<Service, URI> anothers = new EnumMap<>(Service.class);
    private final Thread onExit = new Thread(this::stop, "stop-trial");

    private TrialStack(Stack stack, DataFolder data, ApicurioRegistry registry) {
        this.stack = stack;
        this.data = data;
        this.registry = registry;
    }

    /**
     * What a trial consists of, besides the registry.
     *
     * @param name of its folder; also what it is called where it says something
     * @param services those that it begins with
     * @param livekit the LiveKit that it has
     * @param environment what every service is told
     * @param brokers how many Kafka has, 1 or 3
     */
    public record Plan(
            String name, Set<Service> services, Livekit livekit, Map<String, String> environment, int brokers) {

        /** One broker and these services, without a LiveKit. */
        public static Plan of(String name, Service... services) {
            return new Plan(name, Set.of(services), new Livekit.None("webhooks are made up"), Map.of(), 1);
        }

        /** The same with a LiveKit. */
        public Plan with(Livekit another) {
            return new Plan(name, services, another, environment, brokers);
        }

        /** The same with these variables, and no others, that every service is told. */
        public Plan with(Map<String, String> variables) {
            return new Plan(name, services, livekit, variables, brokers);
        }

        /** The same with so many brokers. */
        public Plan withBrokers(int count) {
            return new Plan(name, services, livekit, environment, count);
        }
    }

    /** Starts what a plan says; the data of the last trial of this name goes first. */
    public static TrialStack start(Plan plan, PrintStream out) throws IOException {
        var trial = prepare(plan, false, out);
        out.println(plan.name() + " starts a stack of its own; its logs are in "
                + trial.data.root().resolve(LOGS));
        try {
            trial.stack.start();
            return trial;
        } catch (StackException e) {
            trial.close();
            throw e;
        }
    }

    private static TrialStack prepare(Plan plan, boolean rehearsal, PrintStream out) throws IOException {
        var data = new DataFolder(
                Rollcall.home().resolve("target").resolve("trials").resolve(plan.name()));
        clear(data);
        var settings = new Stack.Settings(
                Rollcall.home(),
                data,
                Ports.free(plan.brokers()),
                plan.livekit(),
                // Without presence-history every room would be a difference, asked about again and again.
                !(plan.livekit() instanceof Livekit.None) && plan.services().contains(Service.PRESENCE_HISTORY),
                plan.services(),
                plan.environment(),
                rehearsal);
        var trial = new TrialStack(
                Stack.prepare(settings, out),
                data,
                new ApicurioRegistry(
                        URI.create("http://127.0.0.1:" + settings.ports().registry()), REGISTRY_ANSWERS_WITHIN));
        Runtime.getRuntime().addShutdownHook(trial.onExit);
        return trial;
    }

    /** What is done on a stack in a rehearsal. */
    @FunctionalInterface
    public interface Exercise {
        /** Does it. */
        void on(TrialStack trial) throws IOException, InterruptedException;
    }

    /**
     * Runs such a stack once where that was not done since the build, for Java to learn how its processes work, so that no
     * start is a first one. What it learns with is the exercise.
     */
    public static void rehearse(Plan plan, Exercise exercise, PrintStream out)
            throws IOException, InterruptedException {
        var trial = prepare(plan, true, out);
        try (trial) {
            if (!trial.stack.startsFast()) {
                out.println("A rehearsal, once after a build: Java learns how everything works, and writes it down when"
                        + " it is stopped");
                trial.stack.start();
                exercise.on(trial);
            }
        }
    }

    public Stack stack() {
        return stack;
    }

    /** Where it keeps what it has. */
    public DataFolder data() {
        return data;
    }

    public Ports ports() {
        return stack.ports();
    }

    /** Kafka's address. */
    public String bootstrapServers() {
        return ports().kafka();
    }

    /** Where presence-history answers. */
    public URI presence() {
        return URI.create("http://127.0.0.1:" + ports().presenceHistory());
    }

    /** The name of a service's second instance. */
    public static String anotherOne(Service service) {
        return service.id() + "-2";
    }

    /** Starts a second instance of a service beside the first, which shares its group; it is ready then. */
    public void startAnother(Service service) throws IOException {
        Part first = stack.part(service);
        Ports free = Ports.free();
        int port = free.sessionApi();
        int management = free.sessionApiManagement();
        String name = anotherOne(service);
        var environment = new LinkedHashMap<>(first.environment());
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(management));
        environment.put("ROLLCALL_DATA_DIR", data.of(name).toString());
        environment.computeIfPresent("APPLICATION_SERVER", (_, _) -> "127.0.0.1:" + port);
        stack.start(new Part(
                name,
                first.command(),
                environment,
                first.without(),
                data.of(name),
                List.of(),
                URI.create("http://127.0.0.1:" + port + "/readyz"),
                first.readyWithin(),
                first.stopWithin(),
                first.needs()));
        anothers.put(service, URI.create("http://127.0.0.1:" + port));
    }

    /** Where the second instance of a service answers. */
    public URI another(Service service) {
        return Objects.requireNonNull(anothers.get(service), service.id());
    }

    public SchemaRegistry registry() {
        return registry;
    }

    @Override
    public void close() throws IOException {
        stop();
        registry.close();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // We are in it.
        }
        clearAllButLogs(data);
    }

    private void stop() {
        stack.close();
    }

    private static void clear(DataFolder data) throws IOException {
        if (Files.isDirectory(data.root())) {
            delete(data.root());
        }
    }

    private static void clearAllButLogs(DataFolder data) throws IOException {
        try (Stream<Path> children = Files.list(data.root())) {
            for (Path child : children.filter(path -> !path.endsWith(LOGS)).toList()) {
                delete(child);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> paths = Files.walk(folder)) {
            found = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : found) {
            Files.delete(path);
        }
    }
}
