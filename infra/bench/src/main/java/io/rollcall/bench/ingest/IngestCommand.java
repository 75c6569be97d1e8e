package io.rollcall.bench.ingest;

import static io.rollcall.bench.Table.number;

import io.rollcall.bench.Table;
import io.rollcall.bench.TopicCounts;
import io.rollcall.local.Development;
import io.rollcall.local.Part;
import io.rollcall.local.Rollcall;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench ingest}. */
@Command(
        name = "ingest",
        description = {
            "Signed webhooks, no two the same, over loopback into Kafka: webhook-ingest, and in the same run two receivers"
                    + " that do the same work, in Go and on Node.",
            "Closed loops (each connection sends its next request when the last is answered), then an open loop at half of"
                    + " webhook-ingest's own maximum. Afterwards every acknowledged webhook must be in its topic."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class IngestCommand implements Callable<Integer> {

    private static final String OURS = Service.WEBHOOK_INGEST.id();

    @Option(
            names = "--connections",
            split = ",",
            paramLabel = "N",
            defaultValue = "64,256",
            description = "Keep-alive connections; default ${DEFAULT-VALUE}.")
    private List<Integer> connections = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description =
                    "Rounds; in each, one receiver follows the other. Figures are medians. Default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description = "How long each receiver is loaded in a round; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description =
                    "How long each receiver is loaded before the first round, and up to three times as long while it has"
                            + " not taken 150,000 requests; default ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--requests",
            defaultValue = "200000",
            description = "At most so many requests in a round; default ${DEFAULT-VALUE}.")
    private int requests;

    @Option(names = "--no-peers", description = "webhook-ingest alone.")
    private boolean noPeers;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        try (var trial = TrialStack.start(TrialStack.Plan.of("bench-ingest", Service.WEBHOOK_INGEST), out);
                Admin admin =
                        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, trial.bootstrapServers()))) {
            var receivers = new ArrayList<Receiver>();
            receivers.add(new Receiver(
                    OURS,
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), trial.ports().webhookIngest()),
                    process(trial, OURS),
                    Topics.LIVEKIT_EVENTS.name()));
            if (!noPeers) {
                var peers = new Peers(
                        Rollcall.home().resolve("infra/bench/peers"),
                        Rollcall.home().resolve("target/bench-peers"));
                start(peers::go, trial, admin).ifPresent(receivers::add);
                start(peers::express, trial, admin).ifPresent(receivers::add);
            }
            return measure(receivers, process(trial, "kafka"), new TopicCounts(admin));
        }
    }

    private interface Building {

        Peers.Peer peer() throws Peers.AbsentException, InterruptedException;
    }

    private Optional<Receiver> start(Building building, TrialStack trial, Admin admin)
            throws IOException, InterruptedException, ExecutionException {
        Peers.Peer peer;
        try {
            peer = building.peer();
        } catch (Peers.AbsentException e) {
            out.println(e.getMessage());
            return Optional.empty();
        }
        admin.createTopics(List.of(new NewTopic(peer.topic(), Topics.LIVEKIT_EVENTS.partitions(), (short) 1)))
                .all()
                .get();
        int port = freePort();
        Part part = peer.part(trial.bootstrapServers(), port);
        trial.stack().start(part);
        return Optional.of(new Receiver(
                peer.title(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                process(trial, part.name()),
                peer.topic()));
    }

    private int measure(List<Receiver> receivers, ProcessHandle broker, TopicCounts topics)
            throws IOException, InterruptedException {
        var signer = new WebhookSigner(Development.LIVEKIT_API_KEY, Development.LIVEKIT_API_SECRET);
        var contest = new Contest(receivers, broker, new SignedJoins(signer), topics, out);
        contest.warmUp(connections.getFirst(), Duration.ofSeconds(warmUp));
        Receiver ours = receivers.getFirst();
        for (int each : connections) {
            Map<Receiver, Measurement> measured =
                    contest.closedLoops(each, rounds, Duration.ofSeconds(seconds), requests);
            out.printf(
                    "%nclosed loop, %d connections, median of %d rounds of up to %d s%n%s",
                    each, rounds, seconds, table(measured));
            double half = Math.max(1, figures(measured, ours).perSecond() / 2);
            out.printf(
                    "%nopen loop, %d connections, arrivals at random, %s/s = half of the maximum of %s%n%s",
                    each,
                    number(half, 0),
                    OURS,
                    table(Map.of(ours, contest.openLoop(ours, each, half, Duration.ofSeconds(seconds)))));
        }
        return settle(contest);
    }

    private int settle(Contest contest) throws InterruptedException {
        var table = new Table("receiver", "acknowledged", "records in its topic", "anything but 200");
        boolean balanced = true;
        for (Contest.Account account : contest.accounts()) {
            table.row(
                    account.receiver().name(),
                    number(account.acknowledged()),
                    number(account.recorded()),
                    errors(account.errors()));
            balanced &= account.balanced();
        }
        out.printf("%nwarm-up included%n%s", table);
        if (!balanced) {
            out.println("NOT every request was acknowledged and recorded exactly once.");
        }
        return balanced ? 0 : 1;
    }

    private static Table table(Map<Receiver, Measurement> measured) {
        var table = new Table(
                "receiver", "req/s", "p50 ms", "p99 ms", "max ms", "CPU µs/req", "broker µs/req", "anything but 200");
        measured.forEach((receiver, figures) -> table.row(
                receiver.name(),
                number(figures.perSecond(), 0),
                number(figures.p50Millis(), 2),
                number(figures.p99Millis(), 2),
                number(figures.maxMillis(), 1),
                number(figures.receiverMicros(), 1),
                number(figures.brokerMicros(), 1),
                errors(figures.errors())));
        return table;
    }

    private static Measurement figures(Map<Receiver, Measurement> measured, Receiver receiver) {
        Measurement figures = measured.get(receiver);
        if (figures == null) {
            throw new IllegalStateException(receiver.name() + " was not measured");
        }
        return figures;
    }

    private static String errors(Map<String, Long> errors) {
        return errors.isEmpty()
                ? "0"
                : errors.entrySet().stream()
                        .map(error -> error.getValue() + " × " + error.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static ProcessHandle process(TrialStack trial, String part) {
        return ProcessHandle.of(trial.stack().pid(part))
                .orElseThrow(() -> new IllegalStateException(part + " has ended"));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
