package io.rollcall.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a broker as a process of its own: {@code --data FOLDER --port N}, or the environment variables
 * {@code KAFKA_DATA_DIR} and {@code KAFKA_PORT}. Prints one line once it takes requests; SIGTERM stops it in order.
 */
public final class BrokerMain {

    private BrokerMain() {}

    /** Starts the broker and stays until it is told to stop. */
    public static void main(String[] arguments) {
        // Before the first logger: the JVM of a service or a test brings its own logging, this process has ours.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/rollcall/broker/logging.xml");
        }
        try {
            Map<String, String> options = options(List.of(arguments), System.getenv());
            Broker broker =
                    Broker.start(Path.of(options.get("data")).toAbsolutePath(), Integer.parseInt(options.get("port")));
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
        options.put("data", environment.getOrDefault("KAFKA_DATA_DIR", ".rollcall/kafka"));
        options.put("port", environment.getOrDefault("KAFKA_PORT", "9092"));
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i).replaceFirst("^--", "");
            if (!options.containsKey(name) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException(
                        "usage: --data FOLDER --port N; not understood: " + arguments.get(i));
            }
            options.put(name, arguments.get(i + 1));
        }
        if (!options.get("port").matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--port takes a number, not " + options.get("port"));
        }
        return options;
    }
}
