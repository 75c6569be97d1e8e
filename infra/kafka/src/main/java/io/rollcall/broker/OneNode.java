package io.rollcall.broker;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's controller and broker in one process, as {@link KafkaRaftServer} puts them together, with one step between
 * them: what a killed process left registered is taken out before the broker comes.
 *
 * <p>{@link KafkaRaftServer} starts the broker on metadata in which its dead predecessor still leads every partition,
 * lets it lead and load the groups, and takes it all back when the dead one's session ends. The group coordinator of
 * 4.2.1 does not survive that: the first load, when it ends, marks the second one as done (CoordinatorRuntime,
 * {@code CompleteLoad} looks the coordinator up by its partition alone), and groups are answered from a state that is
 * half loaded until the broker is started again. It was seen with 18 MB of offsets, under load.
 */
final class OneNode {

    private static final Logger LOG = LoggerFactory.getLogger(OneNode.class);
    private static final int START_SECONDS = 60;
    private static final int CLAIM_MILLIS = 10;

    private final int id;
    /** Of several the others take out who does not beat; a new process is not let in before. */
    private final boolean isAlone;

    private final SharedServer shared;
    private final BrokerServer broker;
    private final ControllerServer controller;

    OneNode(KafkaConfig config) {
        var disks = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        id = config.nodeId();
        isAlone = config.quorumConfig().voters().size() == 1;
        shared = new SharedServer(
                config,
                disks._1(),
                Time.SYSTEM,
                Server.initializeMetrics(
                        config, Time.SYSTEM, disks._1().clusterId().orElseThrow()),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        broker = new BrokerServer(shared);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), disks._2());
    }

    /** Returns once clients are served. */
    void start() {
        controller.startup();
        if (isAlone) {
            takeOutThePredecessor();
        }
        broker.startup();
    }

    /** The broker goes first: it hands over to the controller what it led. */
    void stop() {
        broker.shutdown();
        controller.shutdown();
        awaitStop();
    }

    void awaitStop() {
        broker.awaitShutdown();
        controller.awaitShutdown();
    }

    private void takeOutThePredecessor() {
        Registration registration = new Registration();
        try {
            shared.loader().installPublishers(List.of(registration)).get(START_SECONDS, TimeUnit.SECONDS);
            if (registration.wasAlive.get(START_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("Kafka was killed the last time: its registration is taken out");
                unregister();
                registration.isOut.get(START_SECONDS, TimeUnit.SECONDS);
            }
            shared.loader().removeAndClosePublisher(registration).get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the controller does not let go of the broker that was killed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the controller started", e);
        }
    }

    private void unregister() throws ExecutionException, TimeoutException, InterruptedException {
        var nobody =
                new ControllerRequestContext(new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
        long giveUpAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                controller.controller().unregisterBroker(nobody, id).get(START_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                // The only voter is elected at once and takes the controller's work up a moment later, with no sign of
                // it.
                if (!(e.getCause() instanceof NotControllerException) || System.nanoTime() - giveUpAt > 0) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(CLAIM_MILLIS);
            }
        }
    }

    /** Sees the same images as the broker, and before it: the broker's first one has no predecessor any more. */
    private final class Registration implements MetadataPublisher {

        /** Whether the first image had one. An orderly stop leaves it fenced, with what makes the next start quick. */
        private final CompletableFuture<Boolean> wasAlive = new CompletableFuture<>();

        private final CompletableFuture<Void> isOut = new CompletableFuture<>();

        @Override
        public String name() {
            return "Registration";
        }

        @Override
        public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
            var registered = image.cluster().broker(id);
            boolean isAlive = registered != null && !registered.fenced();
            wasAlive.complete(isAlive);
            if (!isAlive) {
                isOut.complete(null);
            }
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
