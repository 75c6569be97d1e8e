package io.rollcall.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the parts of a stack listen, all of them on the loopback address. A service's management port is the
 * service's port + 1000 in the usual stack.
 *
 * @param brokers of Kafka, as many as it has
 */
public record Ports(
        List<OfBroker> brokers,
        int registry,
        int registryManagement,
        int redis,
        int webhookIngest,
        int webhookIngestManagement,
        int sessionApi,
        int sessionApiManagement,
        int quotaCounter,
        int quotaCounterManagement,
        int presenceHistory,
        int presenceHistoryManagement,
        int wsGateway,
        int wsGatewayManagement,
        int livekit,
        int livekitMetrics,
        int livekitUdp) {

    /**
     * Where one broker listens.
     *
     * @param clients for everybody
     * @param controller for the others of a cluster; nobody knows it of a broker that is alone
     */
    public record OfBroker(int clients, int controller) {}

    /** What clients of Kafka connect to. */
    public String kafka() {
        return brokers.stream().map(broker -> "127.0.0.1:" + broker.clients()).collect(Collectors.joining(","));
    }

    /** The ports that everybody knows; those of LiveKit are what {@code infra/livekit/livekit.yaml} says. */
    public static Ports usual() {
        return new Ports(
                List.of(new OfBroker(9092, 0)),
                8090,
                9090,
                6379,
                8082,
                9082,
                8081,
                9081,
                8083,
                9083,
                8084,
                9084,
                8080,
                9080,
                7880,
                6789,
                7882);
    }

    /** Ports that nothing has at the moment, for a stack beside the usual one. */
    public static Ports free() {
        return free(1);
    }

    /** The same for a stack with so many brokers: one, or the three that Kafka needs to go on without one. */
    public static Ports free(int brokers) {
        if (brokers != 1 && brokers != 3) {
            throw new StackException("Kafka has 1 or 3 brokers here, not " + brokers);
        }
        List<ServerSocket> sockets = new ArrayList<>();
        try (var udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 15 + 2 * brokers; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            int[] p = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
            return new Ports(
                    IntStream.range(0, brokers)
                            .mapToObj(i -> new OfBroker(p[15 + 2 * i], p[16 + 2 * i]))
                            .toList(),
                    p[0],
                    p[1],
                    p[2],
                    p[3],
                    p[4],
                    p[5],
                    p[6],
                    p[7],
                    p[8],
                    p[9],
                    p[10],
                    p[11],
                    p[12],
                    p[13],
                    p[14],
                    udp.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException("no free ports", e);
        } finally {
            for (ServerSocket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // It was only held to keep its number from being given twice.
                }
            }
        }
    }
}
