package io.rollcall.kittest;

import io.rollcall.broker.Broker;
import io.rollcall.broker.TopicCreator;
import io.rollcall.schemas.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka for tests. {@link #shared()} is one for the whole test JVM: use keys of your own in it.
 * {@link #own()} is private, and may be stopped and started to show what an outage does; it takes about a second.
 */
public abstract sealed class KafkaCluster implements AutoCloseable permits ContainerKafka, KafkaCluster.Own {

    /** Made by the first who asks; the JVM's end stops it. */
    private static @Nullable KafkaCluster shared;

    /** The one of this JVM: in a container where Docker answers, else in this JVM. Nobody closes it. */
    public static synchronized KafkaCluster shared() {
        if (shared == null) {
            KafkaCluster cluster =
                    ContainerKafka.start().<KafkaCluster>map(c -> c).orElseGet(KafkaCluster::own);
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "stop-shared-kafka"));
            shared = cluster;
        }
        return shared;
    }

    /** A broker in this JVM that nobody else uses, also where Docker answers: a container would change its port. */
    public static Own own() {
        return new Own();
    }

    /** What clients connect to; stays the same over {@link Own#stop()} and {@link Own#start()}. */
    public abstract String bootstrapServers();

    /** Creates the topics as the deploy step does; those that are there already stay as they are. */
    public void createTopics(Collection<? extends Topic<?>> topics) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            new TopicCreator(admin).create(topics).requireSame();
        }
    }

    @Override
    public abstract void close();

    /** A broker in this JVM, on a port and a folder that stay its own until it is closed. */
    public static final class Own extends KafkaCluster {

        private final Path folder;
        private final int port;
        private @Nullable Broker broker;

        private Own() {
            try {
                folder = Files.createTempDirectory("rollcall-kafka-");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            broker = Broker.start(folder, 0);
            port = broker.port();
        }

        @Override
        public String bootstrapServers() {
            return "127.0.0.1:" + port;
        }

        /** The port that it listens on while it runs. */
        public int port() {
            return port;
        }

        /** Takes Kafka away: connections break, and its port is closed. */
        public synchronized void stop() {
            if (broker != null) {
                broker.close();
                broker = null;
            }
        }

        /** Brings it back on the same port with the same data. */
        public synchronized void start() {
            if (broker == null) {
                broker = Broker.start(folder, port);
            }
        }

        @Override
        public void close() {
            stop();
            Folders.delete(folder);
        }
    }
}
