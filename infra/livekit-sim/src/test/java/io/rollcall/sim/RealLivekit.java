package io.rollcall.sim;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The {@code livekit-server} on the PATH, where there is one, on free ports. */
final class RealLivekit implements AutoCloseable {

    private final Process process;
    private final URI url;

    private RealLivekit(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** Where the program is. */
    static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), 0))
                .map(folder -> Path.of(folder, "livekit-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it with the settings that {@link Settings} gives the simulator. */
    static RealLivekit start(Path program, Path folder) throws IOException {
        int port;
        int udp;
        try (var tcpSocket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var udpSocket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = tcpSocket.getLocalPort();
            udp = udpSocket.getLocalPort();
        }
        Path config = Files.writeString(
                folder.resolve("livekit.yaml"), """
                port: %d
                bind_addresses: ["127.0.0.1"]
                keys: { %s: %s }
                rtc:
                  udp_port: %d
                  tcp_port: 0
                  node_ip: 127.0.0.1
                  use_external_ip: false
                  enable_loopback_candidate: true
                  ips: { includes: [127.0.0.1/32] }
                  stun_servers: ["127.0.0.1:3478"]
                room: { auto_create: false, empty_timeout: 20, departure_timeout: 5 }
                api: { enable_psrpc_for_get_list_participants: true }
                """.formatted(port, Tokens.API_KEY, Tokens.SECRET, udp));
        Process process = new ProcessBuilder(program.toString(), "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("livekit.log").toFile())
                .start();
        var livekit = new RealLivekit(process, URI.create("http://127.0.0.1:" + port));
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Api.send(HttpRequest.newBuilder(livekit.url)).status() == 200);
            return livekit;
        } catch (RuntimeException e) {
            livekit.close();
            throw e;
        }
    }

    URI url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
