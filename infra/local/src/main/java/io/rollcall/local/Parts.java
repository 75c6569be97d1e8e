package io.rollcall.local;

import static io.rollcall.local.PortHolder.Port.tcp;
import static io.rollcall.local.PortHolder.Port.udp;

import io.rollcall.local.PortHolder.Port;
import io.rollcall.registry.RegistryApp;
import io.rollcall.schemas.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the stack consists of, and how each part is told what it must know. */
record Parts(List<Part> kafka, Part registry, Optional<Part> redis, List<Part> services, Optional<Part> livekit) {

    static final String KAFKA = "kafka";
    static final String REGISTRY = "registry";
    static final String REDIS = "redis";
    static final String WEBHOOK_INGEST = Service.WEBHOOK_INGEST.id();
    static final String SESSION_API = Service.SESSION_API.id();
    static final String QUOTA_COUNTER = Service.QUOTA_COUNTER.id();
    static final String PRESENCE_HISTORY = Service.PRESENCE_HISTORY.id();
    static final String WS_GATEWAY = Service.WS_GATEWAY.id();
    static final String LIVEKIT = "livekit";
    static final String LIVEKIT_SIM = "livekit-sim";

    /** The services there are, in the order of the path that a webhook takes. */
    static final Set<Service> SERVICES = Collections.unmodifiableSet(EnumSet.of(
            Service.WEBHOOK_INGEST,
            Service.SESSION_API,
            Service.QUOTA_COUNTER,
            Service.PRESENCE_HISTORY,
            Service.WS_GATEWAY));

    /** From what sends to what stores; those in one list stop together. */
    static final List<List<String>> STOPPING_ORDER = List.of(
            List.of(LIVEKIT, LIVEKIT_SIM),
            List.of(WEBHOOK_INGEST, SESSION_API),
            List.of(QUOTA_COUNTER, PRESENCE_HISTORY, WS_GATEWAY),
            List.of(REGISTRY, REDIS, KAFKA, KAFKA + "-2", KAFKA + "-3"));

    private static final String LOOPBACK = "127.0.0.1";
    /** Of the local stack's brokers, where it has several; Kafka wants 16 bytes in base64. */
    private static final String CLUSTER = "cm9sbGNhbGwtbG9jYWwtMQ";
    /** Many times what it takes: on a machine with other work, a start that goes on is not to be given up. */
    private static final Duration START = Duration.ofMinutes(4);

    private static final Duration STOP = Duration.ofSeconds(15);
    /** Of a process that writes down what it has learnt, see {@link Java#learning}: 7 s where nothing else runs. */
    private static final Duration STOP_AND_WRITE = Duration.ofSeconds(45);

    static Parts of(Stack.Settings settings) {
        try {
            return new Parts(
                    kafka(settings), registry(settings), redis(settings), services(settings), livekit(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<Part> stream() {
        return Stream.of(kafka.stream(), Stream.of(registry), redis.stream(), services.stream(), livekit.stream())
                .flatMap(parts -> parts);
    }

    List<Part> all() {
        return stream().toList();
    }

    /** One broker, or several with copies of everything on all of them. */
    private static List<Part> kafka(Stack.Settings settings) throws IOException {
        List<Ports.OfBroker> brokers = settings.ports().brokers();
        String controllers = IntStream.range(0, brokers.size())
                .mapToObj(i -> (i + 1) + "@" + LOOPBACK + ":" + brokers.get(i).controller())
                .collect(Collectors.joining(","));
        var parts = new ArrayList<Part>();
        for (int node = 1; node <= brokers.size(); node++) {
            parts.add(broker(settings, node, controllers));
        }
        return parts;
    }

    private static Part broker(Stack.Settings settings, int node, String controllers) throws IOException {
        List<Ports.OfBroker> brokers = settings.ports().brokers();
        boolean alone = brokers.size() == 1;
        int port = brokers.get(node - 1).clients();
        String name = node == 1 ? KAFKA : KAFKA + "-" + node;
        var options = new ArrayList<>(List.of("-Xmx192m"));
        var arguments = new ArrayList<>(
                List.of("--data", settings.data().of(name).toString(), "--port", Integer.toString(port)));
        if (!alone) {
            // What their second compilers take at the start is missed by everybody else on one machine.
            options.add("-XX:TieredStopAtLevel=1");
            arguments.addAll(List.of(
                    "--cluster-id", CLUSTER, "--node-id", Integer.toString(node), "--controllers", controllers));
        }
        options.addAll(Java.learning(
                settings.home().resolve("target/laid-out").resolve(name),
                System.getProperty("java.class.path"),
                List.copyOf(options)));
        List<String> command = Java.main("io.rollcall.broker.BrokerMain", options, arguments);
        return new Part(
                name,
                Programs.beforeOthers(command),
                Map.of(),
                Set.of(),
                settings.home(),
                List.of(tcp(port)),
                URI.create("kafka://" + LOOPBACK + ":" + port),
                START,
                Java.learns(command) ? STOP_AND_WRITE : STOP,
                Set.of());
    }

    /** Whose absence nobody starts in: of several brokers none is needed by itself. */
    private static Set<String> kafkaWhereAlone(Stack.Settings settings) {
        return settings.ports().brokers().size() == 1 ? Set.of(KAFKA) : Set.of();
    }

    private static Part registry(Stack.Settings settings) throws IOException {
        Ports ports = settings.ports();
        RegistryApp app = RegistryApp.unpacked(RegistryApp.userCache());
        return new Part(
                REGISTRY,
                app.command(Java.program(), Java.small("-Xmx160m", "-XX:TieredStopAtLevel=1")),
                RegistryApp.environment(settings.data().of(REGISTRY), ports.registry(), ports.registryManagement()),
                Set.of(),
                settings.data().of(REGISTRY),
                List.of(tcp(ports.registry()), tcp(ports.registryManagement())),
                RegistryApp.readiness(ports.registryManagement()),
                START,
                STOP,
                Set.of());
    }

    /** Only where somebody reads from it. What it holds can be lost; kept, a start has nothing to read again. */
    static Optional<Part> redis(Stack.Settings settings) throws IOException {
        if (!settings.services().contains(Service.SESSION_API)) {
            return Optional.empty();
        }
        int port = settings.ports().redis();
        Path folder = settings.data().of(REDIS);
        return Optional.of(new Part(
                REDIS,
                Programs.ownSession(List.of(
                        RedisProgram.find(settings.data()).toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        LOOPBACK,
                        "--dir",
                        folder.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--maxmemory",
                        "128mb",
                        // What does not fit must fail, not push out what is there.
                        "--maxmemory-policy",
                        "noeviction",
                        // A session is a hash of a few fields: packed, it takes a quarter less memory. The old name of
                        // hash-max-listpack-value, which all versions take.
                        "--hash-max-ziplist-value",
                        "1024")),
                Map.of(),
                Set.of(),
                folder,
                List.of(tcp(port)),
                URI.create("redis://" + LOOPBACK + ":" + port),
                START,
                STOP,
                Set.of()));
    }

    private static List<Part> services(Stack.Settings settings) {
        return SERVICES.stream()
                .filter(settings.services()::contains)
                .map(service -> service(settings, service))
                .toList();
    }

    /** One of the services, also one that the stack does not begin with. */
    static Part service(Stack.Settings settings, Service service) {
        try {
            return switch (service) {
                // Starts without Kafka: what comes meanwhile goes to its spool.
                case WEBHOOK_INGEST ->
                    service(
                            settings,
                            WEBHOOK_INGEST,
                            settings.ports().webhookIngest(),
                            settings.ports().webhookIngestManagement(),
                            "-Xmx192m",
                            livekitOf(settings),
                            Set.of());
                case SESSION_API ->
                    service(
                            settings,
                            SESSION_API,
                            settings.ports().sessionApi(),
                            settings.ports().sessionApiManagement(),
                            "-Xmx256m",
                            sessionApi(settings),
                            kafkaWhereAlone(settings));
                case QUOTA_COUNTER ->
                    service(
                            settings,
                            QUOTA_COUNTER,
                            settings.ports().quotaCounter(),
                            settings.ports().quotaCounterManagement(),
                            "-Xmx192m",
                            Map.of(
                                    "QUOTA_LIMITS",
                                    Development.QUOTA_LIMITS,
                                    "APPLICATION_SERVER",
                                    LOOPBACK + ":" + settings.ports().quotaCounter()),
                            kafkaWhereAlone(settings));
                case PRESENCE_HISTORY ->
                    service(
                            settings,
                            PRESENCE_HISTORY,
                            settings.ports().presenceHistory(),
                            settings.ports().presenceHistoryManagement(),
                            "-Xmx256m",
                            Map.of(
                                    "RECONCILE_ENABLED",
                                    Boolean.toString(settings.reconcile()),
                                    "APPLICATION_SERVER",
                                    LOOPBACK + ":" + settings.ports().presenceHistory()),
                            kafkaWhereAlone(settings));
                case WS_GATEWAY ->
                    service(
                            settings,
                            WS_GATEWAY,
                            settings.ports().wsGateway(),
                            settings.ports().wsGatewayManagement(),
                            "-Xmx192m",
                            Map.of("GATEWAY_TOKEN_SECRET", Development.GATEWAY_TOKEN_SECRET),
                            kafkaWhereAlone(settings));
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> sessionApi(Stack.Settings settings) {
        var variables = new LinkedHashMap<>(livekitOf(settings));
        variables.remove("LIVEKIT_METRICS_URL");
        String here = LOOPBACK + ":" + settings.ports().livekit();
        String url = settings.livekit() instanceof Livekit.Elsewhere(URI elsewhere)
                ? elsewhere.toString()
                : "http://" + here;
        variables.put("LIVEKIT_URL", url);
        variables.put("LIVEKIT_WS_URL", url.replaceFirst("^http", "ws"));
        // Without a LiveKit there is nothing to be asked.
        boolean polls = settings.reconcile() && !(settings.livekit() instanceof Livekit.None);
        variables.put("RECONCILE_ENABLED", Boolean.toString(polls));
        variables.put(
                "REDIS_URL", "redis://" + LOOPBACK + ":" + settings.ports().redis());
        variables.put("COMMAND_ID_SECRET", Development.COMMAND_ID_SECRET);
        variables.put("CAMERA_SECRETS_KEY", Development.CAMERA_SECRETS_KEY);
        return variables;
    }

    private static Map<String, String> livekitOf(Stack.Settings settings) {
        var keys = new LinkedHashMap<String, String>();
        if (settings.livekit() instanceof Livekit.Elsewhere) {
            passOn(keys, "LIVEKIT_API_KEY", Development.LIVEKIT_API_KEY);
            passOn(keys, "LIVEKIT_API_SECRET", Development.LIVEKIT_API_SECRET);
        } else {
            keys.put("LIVEKIT_API_KEY", Development.LIVEKIT_API_KEY);
            keys.put("LIVEKIT_API_SECRET", Development.LIVEKIT_API_SECRET);
        }
        if (settings.livekit() instanceof Livekit.Started || settings.livekit() instanceof Livekit.Simulated) {
            // What it says it sent is compared with what came.
            keys.put(
                    "LIVEKIT_METRICS_URL",
                    "http://" + LOOPBACK + ":" + settings.ports().livekitMetrics() + "/metrics");
        }
        return keys;
    }

    /** A server of somebody else has keys of its own: those in our environment, else the usual ones. */
    private static void passOn(Map<String, String> variables, String name, String otherwise) {
        variables.put(name, System.getenv().getOrDefault(name, otherwise));
    }

    private static Part service(
            Stack.Settings settings,
            String name,
            int port,
            int managementPort,
            String heap,
            Map<String, String> ofItsOwn,
            Set<String> needs)
            throws IOException {
        var environment = new LinkedHashMap<String, String>();
        environment.put("KAFKA_BOOTSTRAP_SERVERS", settings.ports().kafka());
        environment.put(
                "SCHEMA_REGISTRY_URL",
                "http://" + LOOPBACK + ":" + settings.ports().registry());
        // Our broker allows a second; a process that has to start beside it makes others wait longer than that.
        passOn(environment, "KAFKA_SESSION_TIMEOUT", "4s");
        environment.put("SERVER_ADDRESS", LOOPBACK);
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("MANAGEMENT_SERVER_ADDRESS", LOOPBACK);
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort));
        environment.put("ROLLCALL_DATA_DIR", settings.data().root().toString());
        environment.put("ROLLCALL_LOCAL", "true");
        environment.put("AUTH_ENABLED", "false");
        environment.put("CORS_ALLOWED_ORIGINS", "http://localhost:*,http://127.0.0.1:*");
        environment.putAll(ofItsOwn);
        environment.putAll(settings.environment());
        List<String> command = ServiceJar.of(settings.home(), name).command(settings.rehearsal(), heap);
        return new Part(
                name,
                command,
                environment,
                // Would be taken in addition to, or instead of, what we say.
                Set.of("LIVEKIT_KEYS", "SPRING_CONFIG_LOCATION", "SPRING_PROFILES_ACTIVE"),
                settings.data().of(name),
                List.of(tcp(port), tcp(managementPort)),
                URI.create("http://" + LOOPBACK + ":" + port + "/readyz"),
                START,
                Java.learns(command) ? STOP_AND_WRITE : STOP,
                needs);
    }

    private static Optional<Part> livekit(Stack.Settings settings) throws IOException {
        return switch (settings.livekit()) {
            case Livekit.Started(Path program) -> Optional.of(livekitServer(settings, program));
            case Livekit.Simulated _ -> Optional.of(livekitSim(settings));
            case Livekit.Elsewhere _, Livekit.None _ -> Optional.empty();
        };
    }

    private static String livekitConfiguration(Stack.Settings settings) {
        return settings.home().resolve("infra/livekit/livekit.yaml").toString();
    }

    /** On the configuration of the real one; only where it listens and where webhooks go is the stack's to say. */
    private static Part livekitSim(Stack.Settings settings) throws IOException {
        Ports ports = settings.ports();
        Path classes = Files.createDirectories(settings.home().resolve("target/laid-out"))
                .resolve("livekit-sim.jsa");
        var options = new ArrayList<String>();
        options.add("-Xmx128m");
        options.addAll(Java.keepingClasses(classes));
        return new Part(
                LIVEKIT_SIM,
                Java.main(
                        "io.rollcall.sim.LivekitSimMain",
                        options,
                        List.of(
                                "--config",
                                livekitConfiguration(settings),
                                "--port",
                                Integer.toString(ports.livekit()),
                                "--metrics-port",
                                Integer.toString(ports.livekitMetrics()),
                                "--webhook-urls",
                                webhookUrls(settings))),
                Map.of(),
                Set.of(),
                settings.home(),
                List.of(tcp(ports.livekit()), tcp(ports.livekitMetrics())),
                // Not the room API's port: that one may be made to refuse connections.
                URI.create("http://" + LOOPBACK + ":" + ports.livekitMetrics() + "/sim/health"),
                START,
                Duration.ofSeconds(5),
                Set.of());
    }

    /** None where nobody would take them: to try each of them again and again costs more than the rooms do. */
    private static String webhookUrls(Stack.Settings settings) {
        return settings.services().contains(Service.WEBHOOK_INGEST)
                ? "http://" + LOOPBACK + ":" + settings.ports().webhookIngest() + "/webhooks/livekit"
                : "";
    }

    private static Part livekitServer(Stack.Settings settings, Path program) throws IOException {
        Ports at = settings.ports();
        List<Port> ports = List.of(tcp(at.livekit()), tcp(at.livekitMetrics()), udp(at.livekitUdp()));
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.add("--config");
        command.add(LivekitFile.of(settings.home(), settings.data(), at).toString());
        return new Part(
                LIVEKIT,
                Programs.ownSession(command),
                Map.of(),
                // LiveKit prefers these to its configuration file.
                Set.of(
                        "LIVEKIT_CONFIG",
                        "LIVEKIT_KEYS",
                        "LIVEKIT_REGION",
                        "NODE_IP",
                        "UDP_PORT",
                        "REDIS_HOST",
                        "REDIS_PASSWORD"),
                settings.home(),
                ports,
                URI.create("http://" + LOOPBACK + ":" + at.livekit() + "/"),
                START,
                Duration.ofSeconds(3),
                Set.of());
    }
}
