package io.rollcall.broker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs a broker as a process of its own: {@code --data FOLDER --port N}, or the environment variables
 * {@code KAFKA_DATA_DIR} and {@code KAFKA_PORT}. With {@code --cluster-id ID --node-id N --controllers
 * 1@host:port,2@host:port} it is one of several. Prints one line once it takes requests; SIGTERM stops it in order.
 */
public final class BrokerMain {

    private static final String DATA = "data";
    private static final String PORT = "port";
    private static final String CLUSTER_ID = "cluster-id";
    private static final String NODE_ID = "node-id";
    private static final String CONTROLLERS = "controllers";
    private static final Set<String> OF_A_CLUSTER = Set.of(CLUSTER_ID, NODE_ID, CONTROLLERS);

    private BrokerMain() {}

    /** Starts the broker and stays until it is told to stop. */
    public static void main(String[] arguments) {
        // Before the first logger: the JVM of a service or a test brings its own logging, this process has ours.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/rollcall/broker/logging.xml");
        }
        try {
            Map<String, String> options = options(List.of(arguments), System.getenv());
            Path folder = Path.of(options.get(DATA)).toAbsolutePath();
            int port = Integer.parseInt(options.get(PORT));
            Optional<Membership> membership = membership(options);
            Broker broker =
                    membership.isPresent() ? Broker.start(folder, port, membership.get()) : Broker.start(folder, port);
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop-kafka"));
            System.out.println("Kafka is ready on " + broker.bootstrapServers());
            broker.awaitClose();
        } catch (IllegalArgumentException | BrokerStartException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    static Map<String, String> options(List<String> arguments, Map<String, String> environment) {
        Map<String, String> options = new HashMap<>();
        options.put(DATA, environment.getOrDefault("KAFKA_DATA_DIR", ".rollcall/kafka"));
        options.put(PORT, environment.getOrDefault("KAFKA_PORT", "9092"));
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i).replaceFirst("^--", "");
            if (!(options.containsKey(name) || OF_A_CLUSTER.contains(name)) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException(
                        "usage: --data FOLDER --port N [--cluster-id ID --node-id N --controllers LIST]; not understood: "
                                + arguments.get(i));
            }
            options.put(name, arguments.get(i + 1));
        }
        if (!options.get(PORT).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--port takes a number, not " + options.get(PORT));
        }
        return options;
    }

    /** Empty where nothing was said of others. */
    static Optional<Membership> membership(Map<String, String> options) {
        if (Collections.disjoint(options.keySet(), OF_A_CLUSTER)) {
            return Optional.empty();
        }
        if (!options.keySet().containsAll(OF_A_CLUSTER)) {
            throw new IllegalArgumentException("--cluster-id, --node-id and --controllers go together");
        }
        String nodeId = requireNonNull(options.get(NODE_ID));
        if (!nodeId.matches("\\d{1,4}")) {
            throw new IllegalArgumentException("--node-id takes a number, not " + nodeId);
        }
        return Optional.of(Membership.of(
                requireNonNull(options.get(CLUSTER_ID)),
                Integer.parseInt(nodeId),
                requireNonNull(options.get(CONTROLLERS))));
    }
}
