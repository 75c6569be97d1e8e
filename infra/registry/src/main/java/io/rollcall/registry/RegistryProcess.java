package io.rollcall.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A registry of one's own on free ports of loopback, with a folder for its data; it can be stopped and started again. */
public final class RegistryProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(50);
    private static final List<String> SMALL = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final RegistryApp app;
    private final Path data;
    private final int port;
    private final int managementPort;
    private @Nullable Process process;

    /** Starts one on free ports and waits until it takes requests. */
    public RegistryProcess(RegistryApp app, Path data) {
        this.app = app;
        this.data = data;
        try (var first = new ServerSocket();
                var second = new ServerSocket()) {
            first.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            second.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            port = first.getLocalPort();
            managementPort = second.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** Where it listens; the same after a restart. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Starts it on its ports and its data, and waits until it takes requests. */
    public synchronized void start() {
        if (process != null) {
            return;
        }
        Path log = data.resolve("registry.log");
        try {
            Files.createDirectories(data);
            var command =
                    new ProcessBuilder(app.command(Path.of(System.getProperty("java.home"), "bin", "java"), SMALL));
            command.environment().putAll(RegistryApp.environment(data, port, managementPort));
            command.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            Process started = command.start();
            process = started;
            // A test JVM that is killed must leave no registry behind.
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            awaitReady(started, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it; its port is closed then. */
    public synchronized void stop() {
        Process running = process;
        if (running == null) {
            return;
        }
        process = null;
        running.destroy();
        try {
            if (!running.waitFor(15, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void awaitReady(Process started, Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var question = HttpRequest.newBuilder(RegistryApp.readiness(managementPort))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!answers(http, question)) {
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    stop();
                    throw new IllegalStateException("the registry did not become ready:\n" + Files.readString(log));
                }
                LockSupport.parkNanos(BETWEEN_QUESTIONS.toNanos());
            }
        }
    }

    private static boolean answers(HttpClient http, HttpRequest question) {
        try {
            return http.send(question, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the registry", e);
        }
    }
}
