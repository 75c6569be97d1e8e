package io.rollcall.sim;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the simulator as a process of its own: {@code --config FILE} is a configuration file of LiveKit; {@code --port},
 * {@code --metrics-port}, {@code --webhook-urls} (with commas) and {@code --seed} take precedence over it. Prints one
 * line once it takes requests; SIGTERM stops it in order.
 */
public final class LivekitSimMain {

    private static final Set<String> OPTIONS = Set.of("config", "port", "metrics-port", "webhook-urls", "seed");
    private static final Duration LAST_WEBHOOKS = Duration.ofSeconds(2);

    private LivekitSimMain() {}

    /** Starts it and stays until it is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "io/rollcall/sim/logging.xml");
        }
        try {
            SimSettings settings = settings(options(List.of(arguments)));
            LivekitSim sim = LivekitSim.start(settings);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(sim), "stop-livekit-sim"));
            System.out.println("livekit-sim is ready on " + sim.url() + ": a test double, not a LiveKit server;"
                    + " webhooks go to " + settings.webhookUrls() + ", its controls are below " + sim.url() + "/sim/");
            new CountDownLatch(1).await();
        } catch (IllegalArgumentException | IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void stop(LivekitSim sim) {
        try {
            sim.shutDown(LAST_WEBHOOKS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sim.close();
    }

    static Map<String, String> options(List<String> arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i).replaceFirst("^--", "");
            if (!OPTIONS.contains(name) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException("usage: --config FILE [--port N] [--metrics-port N]"
                        + " [--webhook-urls URL,URL] [--seed N]; not understood: " + arguments.get(i));
            }
            options.put(name, arguments.get(i + 1));
        }
        return options;
    }

    static SimSettings settings(Map<String, String> options) throws IOException {
        String config = options.get("config");
        if (config == null) {
            throw new IllegalArgumentException("--config FILE is missing");
        }
        SimSettings settings = SimSettings.read(Path.of(config));
        String urls = options.get("webhook-urls");
        return settings.withPorts(
                        port(options.get("port"), settings.port()),
                        port(options.get("metrics-port"), settings.metricsPort()))
                .withWebhookUrls(
                        urls == null
                                ? settings.webhookUrls()
                                : Stream.of(urls.split(",", 0))
                                        .filter(url -> !url.isBlank())
                                        .map(URI::create)
                                        .toList())
                .withSeed(options.containsKey("seed") ? Long.valueOf(options.get("seed")) : null);
    }

    private static int port(@Nullable String option, int otherwise) {
        if (option == null) {
            return otherwise;
        }
        if (!option.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("a port is a number, not " + option);
        }
        return Integer.parseInt(option);
    }
}
