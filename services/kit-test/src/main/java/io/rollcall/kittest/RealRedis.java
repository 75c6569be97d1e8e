package io.rollcall.kittest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis as a process of its own: the {@code redis-server} on PATH, else the one inside the embedded-redis artifact.
 * It keeps nothing on disk: stopped and started, it is empty.
 */
public final class RealRedis implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

    private final Path folder;
    private final String program;
    private final int port;
    private @Nullable Process process;

    private RealRedis(Path folder, String program, int port) {
        this.folder = folder;
        this.program = program;
        this.port = port;
    }

    /** Starts an empty one on a free port of loopback. */
    public static RealRedis start() {
        try {
            Path folder = Files.createTempDirectory("rollcall-redis-");
            var redis = new RealRedis(
                    folder,
                    Programs.find("redis-server").map(Path::toString).orElseGet(() -> fromArtifact(folder)),
                    freePort());
            redis.restart();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, LOOPBACK)) {
            return free.getLocalPort();
        }
    }

    /** Where it listens on loopback; stays the same over {@link #stop()} and {@link #restart()}. */
    public int port() {
        return port;
    }

    /** What clients connect to. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Takes it away. */
    public synchronized void stop() {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Brings it back, empty, on the same port. */
    public synchronized void restart() {
        if (process != null) {
            return;
        }
        Path log = folder.resolve("redis.log");
        List<String> command = List.of(
                program,
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                folder.toString());
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process = started;
            // A test JVM that is stopped half-way leaves no Redis behind.
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!answers()) {
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    stop();
                    throw new IllegalStateException("Redis did not become ready:\n" + Files.readString(log));
                }
                LockSupport.parkNanos(BETWEEN_QUESTIONS.toNanos());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
        Folders.delete(folder);
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(LOOPBACK, port), 1_000);
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), US_ASCII).equals("+PONG");
        } catch (IOException e) {
            return false;
        }
    }

    static String fromArtifact(Path folder) {
        try {
            return ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .getPath();
        } catch (IOException e) {
            throw new UncheckedIOException("no redis-server on PATH, and none for this machine in the artifact", e);
        }
    }
}
