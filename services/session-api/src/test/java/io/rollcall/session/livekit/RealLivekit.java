package io.rollcall.session.livekit;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The {@code livekit-server} on PATH as a process of its own, on free ports; it remembers nothing when it is stopped. */
final class RealLivekit implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String program;
    private final Path folder;
    private final int port;
    private final int udpPort;
    private @Nullable Process process;

    private RealLivekit(String program) throws IOException {
        this.program = program;
        this.folder = Files.createTempDirectory("rollcall-livekit-");
        this.port = freePort();
        this.udpPort = freeUdpPort();
    }

    /** Starts one, or ends the test as skipped where there is none. */
    static RealLivekit startOrSkip(boolean autoCreate) throws IOException {
        Optional<String> program = onPath();
        Assumptions.assumeTrue(program.isPresent(), "skipped: no livekit-server is on the PATH");
        var livekit = new RealLivekit(program.orElseThrow());
        livekit.start(autoCreate);
        return livekit;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    void start(boolean autoCreate) throws IOException {
        Path settings = folder.resolve("livekit.yaml");
        Files.writeString(settings, """
                port: %d
                bind_addresses: ["127.0.0.1"]
                keys: { %s: %s }
                rtc:
                  udp_port: %d
                  tcp_port: 0
                  node_ip: 127.0.0.1
                  use_external_ip: false
                  enable_loopback_candidate: true
                  stun_servers: ["127.0.0.1:3478"]
                room: { auto_create: %s, empty_timeout: 300, departure_timeout: 5 }
                api: { enable_psrpc_for_get_list_participants: true }
                """.formatted(port, TestLivekit.KEY, TestLivekit.SECRET, udpPort, autoCreate));
        Process started = new ProcessBuilder(program, "--config", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("livekit.log").toFile())
                .start();
        process = started;
        await().atMost(PATIENCE).until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException(Files.readString(folder.resolve("livekit.log")));
            }
            return answers();
        });
    }

    void stop() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    private boolean answers() {
        try {
            var connection = (HttpURLConnection) url().toURL().openConnection();
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> onPath() {
        return Arrays.stream(
                        Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "livekit-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static int freeUdpPort() throws IOException {
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Override
    public void close() {
        stop();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
