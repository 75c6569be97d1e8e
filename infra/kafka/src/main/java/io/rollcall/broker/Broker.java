package io.rollcall.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import kafka.server.KafkaConfig;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.EligibleLeaderReplicasVersion;
import org.apache.kafka.server.common.Feature;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker that is a controller too, in this JVM: alone, or one of several that keep copies of each other's
 * data. It listens on loopback only and keeps everything in one folder: started on the folder of an earlier run, it goes
 * on with its data.
 *
 * <p>Kafka's server classes are no public interface; this class and {@link OneNode} are the only ones that touch them.
 */
public final class Broker implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int ATTEMPTS_WITH_FREE_PORTS = 5;
    /**
     * Eligible leader replicas are for partitions with several. With one, a kill would leave it on no list any more: it
     * would become leader by an unclean election, and each partition be marked as recovered by a request of its own.
     */
    private static final short NO_ELR = 0;

    private static final String ALONE = "broker.properties";
    private static final String WITH_OTHERS = "member.properties";

    private final OneNode server;
    private final int port;
    private final FolderLock lock;
    private boolean closed;

    private Broker(OneNode server, int port, FolderLock lock) {
        this.server = server;
        this.port = port;
        this.lock = lock;
    }

    /**
     * Starts a broker that is alone and returns once it takes requests.
     *
     * @param folder where it keeps its data; made and formatted when there is none
     * @param port where clients reach it; 0 for any that is free
     * @throws BrokerStartException when it cannot start, with what to do about it
     */
    public static Broker start(Path folder, int port) {
        return locked(folder, port, lock -> {
            for (int attempt = 1; ; attempt++) {
                Ports ports = Ports.choose(port);
                try {
                    return start(folder, Membership.alone(ports.controller()), ports.client(), lock);
                } catch (BrokerStartException e) {
                    // Between choosing a free port and binding it, somebody else may have taken it.
                    boolean freePortWasTaken = isPortTaken(e) && (port == 0 || Ports.isFree(port));
                    if (!freePortWasTaken || attempt == ATTEMPTS_WITH_FREE_PORTS) {
                        throw e;
                    }
                }
            }
        });
    }

    /**
     * Starts one of the brokers of a cluster and returns once it takes requests, which it does when more than half of
     * them run.
     *
     * @throws BrokerStartException when it cannot start, with what to do about it
     */
    public static Broker start(Path folder, int port, Membership membership) {
        return locked(folder, port, lock -> start(folder, membership, port, lock));
    }

    private static Broker locked(Path folder, int port, Function<FolderLock, Broker> start) {
        if (port != 0 && !Ports.isFree(port)) {
            throw new BrokerStartException(
                    "Kafka cannot start: another program listens on " + LOOPBACK + ":" + port, null);
        }
        FolderLock lock = FolderLock.take(folder);
        try {
            return start.apply(lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Broker start(Path folder, Membership membership, int port, FolderLock lock) {
        OneNode server = null;
        try {
            format(folder, membership);
            server = new OneNode(KafkaConfig.fromProps(settings(folder, port, membership), false));
            server.start();
            return new Broker(server, port, lock);
        } catch (RuntimeException e) {
            if (server != null) {
                server.stop();
            }
            throw new BrokerStartException(
                    "Kafka cannot start on " + LOOPBACK + ":" + port + " with the data in " + folder + ": "
                            + rootMessage(e),
                    e);
        }
    }

    /** What clients connect to. */
    public String bootstrapServers() {
        return LOOPBACK + ":" + port;
    }

    /** The port of {@link #bootstrapServers()}. */
    public int port() {
        return port;
    }

    /** Blocks until the broker has stopped. */
    public void awaitClose() {
        server.awaitStop();
    }

    /** Stops it in order: everything that was acknowledged is in the folder. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.stop();
            lock.close();
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static boolean isPortTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("failed to bind")) {
                return true;
            }
        }
        return false;
    }

    private static void format(Path folder, Membership membership) {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        try {
            var formatter = new Formatter()
                    .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
                    .setClusterId(membership.clusterId())
                    .setNodeId(membership.nodeId())
                    .setDirectories(List.of(folder.toString()))
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES);
            if (membership.isAlone()) {
                formatter.setFeatureLevel(EligibleLeaderReplicasVersion.FEATURE_NAME, NO_ELR);
            }
            formatter.run();
        } catch (Exception e) {
            throw new BrokerStartException("Kafka cannot format " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Properties settings(Path folder, int port, Membership membership) {
        Properties settings = new Properties();
        load(settings, ALONE);
        if (!membership.isAlone()) {
            load(settings, WITH_OTHERS);
        }
        settings.setProperty("node.id", Integer.toString(membership.nodeId()));
        settings.setProperty("log.dirs", folder.toString());
        settings.setProperty(
                "listeners",
                "CLIENTS://" + LOOPBACK + ":" + port + ",CONTROLLER://" + membership.controllerOf(membership.nodeId()));
        settings.setProperty("controller.quorum.voters", membership.voters());
        return settings;
    }

    private static void load(Properties settings, String resource) {
        try (var found = Broker.class.getResourceAsStream(resource)) {
            if (found == null) {
                throw new IllegalStateException(resource + " is missing from the jar");
            }
            settings.load(found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kafka's own lock comes only after its controller has begun to write: two on one folder would spoil it. */
    private record FolderLock(FileChannel channel) implements AutoCloseable {

        static FolderLock take(Path folder) {
            FileChannel channel = null;
            try {
                Files.createDirectories(folder);
                channel = FileChannel.open(
                        folder.resolve(".rollcall-lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (channel.tryLock() != null) {
                    return new FolderLock(channel);
                }
                channel.close();
                throw new BrokerStartException("another Kafka is running with the data in " + folder, null);
            } catch (OverlappingFileLockException e) {
                release(channel);
                throw new BrokerStartException("another Kafka is running with the data in " + folder, e);
            } catch (IOException e) {
                release(channel);
                throw new BrokerStartException("Kafka cannot use the folder " + folder + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            release(channel);
        }

        private static void release(@Nullable FileChannel channel) {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The two ports that a broker listens on; the controller's is nobody else's business. */
    private record Ports(int client, int controller) {

        static Ports choose(int client) {
            try (var first = new ServerSocket();
                    var second = new ServerSocket()) {
                // Both are held at the same time, or the same port could come twice.
                first.bind(loopback(0));
                second.bind(loopback(0));
                return new Ports(client == 0 ? first.getLocalPort() : client, second.getLocalPort());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static boolean isFree(int port) {
            try (var socket = new ServerSocket()) {
                socket.bind(loopback(port));
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private static InetSocketAddress loopback(int port) {
            return new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), port);
        }
    }
}
